package io.salvor.provider.mongodb.logical;

import org.bson.BsonDocument;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/** Commands as text that keeps every type: canonical Extended JSON. */
final class Json {
  private static final JsonWriterSettings CANONICAL =
      JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).indent(true).build();

  private Json() {}

  static String of(BsonDocument document) {
    return document.toJson(CANONICAL) + "\n";
  }

  static BsonDocument parse(String text) {
    return BsonDocument.parse(text);
  }
}

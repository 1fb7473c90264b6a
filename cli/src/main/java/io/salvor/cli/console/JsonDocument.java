package io.salvor.cli.console;

import java.io.OutputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * One JSON document, written as it comes: nothing of it is kept, however long it grows. The
 * outermost value is an object. Times are RFC 3339 in UTC.
 */
public final class JsonDocument {
  private final JsonGenerator json;

  /** Begins the document. */
  public JsonDocument(OutputStream out) {
    json =
        JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .build()
            .createGenerator(ObjectWriteContext.empty(), out);
    json.writeStartObject();
  }

  /** Ends the document. */
  public void end() {
    json.writeEndObject();
    json.writeRaw('\n');
    json.flush();
  }

  /** Closes whatever is open but the outermost object, for a failure in the middle. */
  public void unwind() {
    while (json.streamWriteContext().getParent() != null
        && !json.streamWriteContext().getParent().inRoot()) {
      if (json.streamWriteContext().inArray()) {
        json.writeEndArray();
      } else {
        json.writeEndObject();
      }
    }
  }

  /** A text; null is {@code null}. */
  public void field(String name, @Nullable String value) {
    json.writeName(name);
    if (value == null) {
      json.writeNull();
    } else {
      json.writeString(value);
    }
  }

  /** A number. */
  public void field(String name, long value) {
    json.writeName(name);
    json.writeNumber(value);
  }

  /** A number with a fraction. */
  public void field(String name, double value) {
    json.writeName(name);
    json.writeNumber(value);
  }

  /** A truth value. */
  public void field(String name, boolean value) {
    json.writeName(name);
    json.writeBoolean(value);
  }

  /** A time; null is {@code null}. */
  public void field(String name, @Nullable Instant value) {
    field(name, value == null ? null : value.toString());
  }

  /** Texts. */
  public void field(String name, Collection<String> values) {
    array(name, () -> values.forEach(json::writeString));
  }

  /** Texts by name. */
  public void field(String name, SortedMap<String, String> values) {
    object(name, () -> values.forEach(this::field));
  }

  /** {@code null}. */
  public void none(String name) {
    json.writeName(name);
    json.writeNull();
  }

  /** An object of what {@code content} writes. */
  public void object(String name, Runnable content) {
    json.writeName(name);
    object(content);
  }

  /** An object in an array. */
  public void object(Runnable content) {
    json.writeStartObject();
    content.run();
    json.writeEndObject();
  }

  /** An array of what {@code content} writes. */
  public void array(String name, Runnable content) {
    beginArray(name);
    content.run();
    endArray();
  }

  /** Begins an array whose content comes bit by bit. */
  public void beginArray(String name) {
    json.writeName(name);
    json.writeStartArray();
  }

  /** Ends what {@link #beginArray} began. */
  public void endArray() {
    json.writeEndArray();
  }

  /** A text in an array. */
  public void item(String value) {
    json.writeString(value);
  }
}

package io.salvor.cli.command;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.TreeChange;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeDiff;
import io.salvor.engine.tree.TreeItem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Looks whether configuration files that a backup has taken anew can be parsed at all. A broken one
 * is kept as it is, and told: whoever needs it one day would rather know now.
 */
final class ConfigurationCheck {
  private static final int LARGEST = 4 << 20;
  private static final int MOST = 100;

  private final Repository repository;
  private final Session session;
  private final List<Source.Warning> warnings = new ArrayList<>();

  private ConfigurationCheck(Repository repository, Session session) {
    this.repository = repository;
    this.session = session;
  }

  /** A warning for each file that is broken, of those that are new or changed. */
  static List<Source.Warning> of(Backup backup, Repository repository, Session session)
      throws IOException {
    ConfigurationCheck check = new ConfigurationCheck(repository, session);
    var parent = backup.manifest().lineage().parent();
    Backup before =
        parent == null
            ? null
            : BackupList.read(repository).backups().stream()
                .filter(b -> b.id().equals(parent))
                .findFirst()
                .orElse(null);
    if (before == null) {
      TreeCursor all = repository.tree(backup.manifest().root()).all();
      for (TreeItem item = all.next(); item != null; item = all.next()) {
        check.look(item);
      }
    } else {
      TreeDiff diff =
          new TreeDiff(repository.nodes(), before.manifest().root(), backup.manifest().root());
      for (TreeChange change = diff.next(); change != null; change = diff.next()) {
        switch (change) {
          case TreeChange.Added(TreeItem item) -> check.look(item);
          case TreeChange.Changed(TreeItem _, TreeItem item) -> check.look(item);
          case TreeChange.Removed _ -> {}
        }
      }
    }
    return check.warnings;
  }

  private void look(TreeItem item) throws IOException {
    session.checkCancelled();
    String name = item.key().toString().toLowerCase(Locale.ROOT);
    int dot = name.lastIndexOf('.');
    String extension = dot < 0 ? "" : name.substring(dot + 1);
    if (warnings.size() == MOST
        || !List.of("json", "yaml", "yml", "xml", "properties").contains(extension)) {
      return;
    }
    Entry entry = EntryCodec.decode(item.key(), item.value());
    if (entry.kind() != EntryKind.FILE || entry.size() > LARGEST) {
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ContentBytes.read(
        repository.blobs(),
        entry,
        (some, length) -> {
          bytes.write(some, 0, length);
          return true;
        });
    String why = complaint(extension, bytes.toByteArray());
    if (why != null) {
      warnings.add(
          new Source.Warning(
              "configuration-broken", item.key().toString(), "does not parse: " + why));
    }
  }

  /** What is wrong with it, null if nothing is. */
  static @Nullable String complaint(String extension, byte[] bytes) throws IOException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      switch (extension) {
        case "json" -> {
          var _ =
              JsonMapper.builder()
                  .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                  .build()
                  .readTree(text.isBlank() ? "?" : text);
        }
        case "yaml", "yml" -> {
          // Events only: what tags and aliases mean is the application's business.
          new Parse(LoadSettings.builder().build()).parseString(text).forEach(event -> {});
        }
        case "xml" -> xml(bytes);
        default -> new Properties().load(new java.io.StringReader(text));
      }
      return null;
    } catch (JacksonException e) {
      return "line " + e.getLocation().getLineNr() + ": " + firstLine(e.getOriginalMessage());
    } catch (YamlEngineException | IllegalArgumentException e) {
      return firstLine(e.getMessage());
    } catch (SAXParseException e) {
      return "line " + e.getLineNumber() + ": " + firstLine(e.getMessage());
    } catch (SAXException | ParserConfigurationException e) {
      return firstLine(e.getMessage());
    }
  }

  private static void xml(byte[] bytes)
      throws IOException, SAXException, ParserConfigurationException {
    SAXParserFactory factory = SAXParserFactory.newInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
    factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    factory
        .newSAXParser()
        .parse(new InputSource(new ByteArrayInputStream(bytes)), new DefaultHandler());
  }

  private static String firstLine(@Nullable String message) {
    return String.valueOf(message).lines().findFirst().orElse("");
  }
}

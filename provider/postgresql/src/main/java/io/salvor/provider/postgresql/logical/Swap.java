package io.salvor.provider.postgresql.logical;

import io.salvor.engine.entry.Attributes;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.provider.postgresql.logical.Names.Name;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a table makes way for a restored one.
 *
 * @param live its name
 * @param kept the name that it has afterwards
 * @param renames of it and of what belongs to it
 */
record Swap(Name live, Name kept, List<Rename> renames) {
  private static final String KEPT = "kept";
  private static final String RENAMES = "renames";

  private static final String OF_A_FAMILY =
      """
      SELECT 1 AS one FROM pg_catalog.pg_class c WHERE c.oid = %1$s::pg_catalog.regclass
        AND (c.relispartition OR EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i
                                         WHERE c.oid IN (i.inhrelid, i.inhparent)))
      """;

  /**
   * Looks for a name that is free.
   *
   * @throws SalvorException TARGET_INCOMPATIBLE for a part of another table
   */
  static Swap of(ServerConnection connection, Name live) throws IOException {
    String literal = ServerConnection.quoted(live.quoted());
    if (!connection.query(OF_A_FAMILY.formatted(literal)).isEmpty()) {
      throw new SalvorException(
          ErrorCode.TARGET_INCOMPATIBLE,
          "The table " + live.quoted() + " cannot be swapped",
          "it is a partition of another table, or has tables that inherit from it",
          "use --mode differences, or restore it beside the live one with --map");
    }
    String wanted = live.table() + "_before";
    String name = Rename.cut(wanted, Rename.LONGEST);
    for (int i = 2; Rename.isTaken(connection, live.schema(), name); i++) {
      name = Rename.numbered(wanted, i);
    }
    Name kept = new Name(live.schema(), name);
    return new Swap(live, kept, Rename.of(connection, live, kept));
  }

  /** As an undo keeps it. */
  Attributes noted(Attributes attributes) {
    return attributes
        .with(KEPT, kept.table())
        .with(RENAMES, renames.stream().map(Rename::line).collect(Collectors.joining("\n")));
  }

  /** Whether an undo has kept one. */
  static boolean isNoted(Attributes attributes) {
    return !attributes.text(KEPT).isEmpty();
  }

  /** The one that an undo has kept. */
  static Swap noted(Attributes attributes, Name live) {
    return new Swap(
        live,
        new Name(live.schema(), attributes.text(KEPT)),
        Rename.parse(attributes.text(RENAMES)));
  }
}

package io.salvor.provider.postgresql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Applier;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.Target;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.rows.RowChange;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A database that a restore is made to. */
final class DatabaseTarget implements Target {
  private static final String EMPTY =
      """
      SELECT NOT EXISTS (
        SELECT 1 FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
          AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = c.oid
            AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'e'))
      AND NOT EXISTS (
        SELECT 1 FROM pg_catalog.pg_proc p
        JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
          AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = p.oid
            AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'))
      AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_largeobject_metadata) AS empty
      """;

  private final Endpoint endpoint;
  private final Mapping mapping;
  private final Names names;
  private final Sessions sessions;
  private final DumpTool.Finder finder;
  private final BlobSource blobs;
  private final @Nullable Supply taken;
  private final Troubles troubles;
  private final Differences differences = new Differences();
  private final Map<Key, Swap> swaps = new TreeMap<>();
  private RestoreMode mode = RestoreMode.INPLACE;
  private boolean planning = true;
  private @Nullable LiveDatabase live;

  DatabaseTarget(
      Endpoint endpoint,
      Passwords passwords,
      DumpTool.Finder finder,
      Mapping mapping,
      BlobSource blobs,
      @Nullable Supply taken) {
    this.endpoint = endpoint;
    this.mapping = mapping;
    this.names = Names.of(mapping);
    this.sessions = new Sessions(endpoint, passwords, notice -> {});
    this.finder = finder;
    this.blobs = blobs;
    this.taken = taken;
    this.troubles = Troubles.ofTarget(endpoint);
  }

  @Override
  public String provider() {
    return DatabaseProvider.NAME;
  }

  @Override
  public String address() {
    return DatabaseAddress.whole(endpoint, mapping);
  }

  @Override
  public Set<RestoreMode> modes() {
    return Set.of(RestoreMode.INPLACE, RestoreMode.NEW, RestoreMode.DIFFERENCES, RestoreMode.SWAP);
  }

  @Override
  public void use(RestoreMode chosen) {
    mode = chosen;
  }

  /** Only these changes of rows are meant. */
  void only(Set<RowChange.Kind> kinds) {
    differences.only(kinds);
  }

  /** What was found to be changed, table by table. */
  List<RowCounts> rowCounts() {
    return differences.counts();
  }

  @Override
  public boolean canMerge() {
    return false;
  }

  /** With names that were mapped: whether none of the new ones is taken. */
  @Override
  public boolean isEmpty() {
    try (ServerConnection connection = sessions.open()) {
      if (names.isEmpty()) {
        return connection.query(EMPTY).getFirst().get("empty").equals("t");
      }
      return Tables.list(connection).stream()
          .noneMatch(table -> names.original(table.schema(), table.name()) != null);
    } catch (ServerError e) {
      if (e.state().equals(Troubles.NO_DATABASE)) {
        return true;
      }
      throw troubles.told(e);
    } catch (IOException e) {
      throw troubles.told(e);
    }
  }

  @Override
  public LiveCursor live(Progress progress) throws IOException {
    close();
    try {
      live = LiveDatabase.open(sessions, finder, names);
    } catch (IOException e) {
      throw troubles.told(e);
    }
    swaps.clear();
    return new DatabaseCursor(live, mode == RestoreMode.SWAP, progress, this::forgetLive);
  }

  @Override
  public List<Key> untouchable() {
    return List.of();
  }

  @Override
  public List<Key> leftovers() {
    return List.of();
  }

  @Override
  public Set<EntryField> compare(LiveItem item, Entry wanted) throws IOException {
    if (mode == RestoreMode.DIFFERENCES) {
      return differingRows(item, wanted);
    }
    if (isSwapped(item, wanted)) {
      // Whatever the rows are, it is another table that has to be there.
      return EnumSet.of(EntryField.CONTENT);
    }
    Set<EntryField> fields = EnumSet.noneOf(EntryField.class);
    if (wanted.kind() != item.entry().kind()) {
      fields.add(EntryField.KIND);
    } else if (wanted.kind() == EntryKind.TABLE) {
      if (!wanted.attributes().text("digest").equals(item.entry().attributes().text("digest"))) {
        fields.add(EntryField.CONTENT);
      }
      if (!wanted.attributes().text("columns").equals(item.entry().attributes().text("columns"))) {
        fields.add(EntryField.ATTRIBUTES);
      }
    } else if (!item.key().equals(Keys.DATABASE_ITSELF)) {
      Supply supply = supply(blobs);
      if (!supply.has(wanted)
          || !LiveDatabase.fingerprint(item.key(), supply.text(item.key(), wanted), names)
              .equals(item.fingerprint())) {
        fields.add(EntryField.CONTENT);
      }
    }
    return fields;
  }

  /** Whether the live table makes way, or one that was kept comes back. */
  private boolean isSwapped(LiveItem item, Entry wanted) throws IOException {
    if (mode == RestoreMode.SWAP && planning) {
      Table table = live == null ? null : live.table(item.key());
      if (live != null && table != null) {
        Names.Name name = new Names.Name(table.schema(), table.name());
        swaps.put(item.key(), Swap.of(live.connection(), name));
        return true;
      }
    }
    return Swap.isNoted(wanted.attributes());
  }

  private Set<EntryField> differingRows(LiveItem item, Entry wanted) throws IOException {
    Table table = live == null ? null : live.table(item.key());
    boolean same =
        wanted.attributes().text("digest").equals(item.entry().attributes().text("digest"))
            && wanted
                .attributes()
                .text("columns")
                .equals(item.entry().attributes().text("columns"));
    if (live == null || table == null || same) {
      return EnumSet.noneOf(EntryField.class);
    }
    return differences.compare(live.connection(), table, item.key(), wanted, supply(blobs))
        ? EnumSet.of(EntryField.CONTENT)
        : EnumSet.noneOf(EntryField.class);
  }

  /** Whatever could be compared has been read. */
  @Override
  public void requireReadable(LiveItem item) {}

  @Override
  public Set<EntryField> verify(Key key, Entry wanted) throws IOException {
    try (LiveDatabase now = live == null ? LiveDatabase.open(sessions, finder, names) : live) {
      live = now;
      LiveItem item = now == null ? null : now.item(key, Progress.NONE);
      return item == null ? EnumSet.of(EntryField.KIND) : compare(item, wanted);
    } finally {
      live = null;
    }
  }

  @Override
  public Feasibility feasibility() {
    return new DatabaseFeasibility(
        sessions, troubles, mode == RestoreMode.DIFFERENCES, differences, swaps, names);
  }

  @Override
  public Source undoSource(PlanFile plan, boolean known) {
    return new DatabaseUndo(plan, sessions, finder, names, address(), troubles, differences, swaps);
  }

  @Override
  public Applier apply(
      PlanFile plan, BlobSource from, Check check, Progress progress, Outcomes outcomes)
      throws IOException {
    planning = false;
    forgetLive();
    return new DatabaseApplier(
        sessions,
        finder,
        names,
        supply(from),
        check,
        progress,
        outcomes,
        troubles,
        differences,
        swaps);
  }

  /** What was taken from a server has its contents there. */
  private Supply supply(BlobSource stored) {
    return taken == null ? new StoredSupply(stored) : taken;
  }

  @Override
  public void close() throws IOException {
    forgetLive();
    differences.close();
  }

  private void forgetLive() throws IOException {
    LiveDatabase open = live;
    live = null;
    if (open != null) {
      open.close();
    }
  }
}

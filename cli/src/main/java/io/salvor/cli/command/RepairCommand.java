package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.Exit;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.repair.KeyMending;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repair.RepairPlan.Left;
import io.salvor.engine.repair.RepairPlan.Salvage;
import io.salvor.engine.repair.Repairs;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.Storages;
import io.salvor.engine.verify.VerifyReport.Issue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code salvor repair}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor repair --dry-run                       what could be mended, and what is lost",
      "  salvor repair --from /mnt/usb/backups         put back what a copy has",
      "  salvor repair                                 save what is left of damaged objects",
      "  salvor repair --accept-loss --dry-run         what would be given up for good",
      "",
      "Every byte is read. Nothing is deleted; what is lost is stored again by the next backup if",
      "its source still has it. Exit code 4: something stays lost or damaged, and is named."
    })
final class RepairCommand implements Command {
  private static final int SHOWN = 100;

  @Option(
      names = "--from",
      paramLabel = "<address>",
      description = "a copy of this repository, to put back from it what is damaged here")
  @Nullable String from;

  @Option(
      names = "--from-password-file",
      paramLabel = "<file>",
      description = "a file with the copy's passphrase, if it is not the same one")
  @Nullable Path fromPasswordFile;

  @Option(
      names = "--from-kms",
      paramLabel = "<key>",
      description = "a key of a key service that opens the copy instead")
  @Nullable String fromKms;

  @Option(names = "--dry-run", description = "only say what would be done")
  boolean dryRun;

  @Option(
      names = "--accept-loss",
      description =
          "give up what nobody has: manifests, packs, and what the ledger misses, also where the"
              + " storage was put back to an earlier state on purpose")
  boolean acceptLoss;

  private Opener fromOpener(Session session) {
    return Openers.other(session, fromPasswordFile, fromKms, "--from-password-file and --from-kms");
  }

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    Repository copy = null;
    SortedMap<ObjectName, byte[]> keys = new TreeMap<>();
    Storage storage = Storages.open(session.repositoryAddress());
    try {
      if (from != null) {
        copy = session.open(Storages.open(from), () -> fromOpener(session));
        keys = KeyMending.plan(storage, copy);
        if (!dryRun) {
          KeyMending.apply(storage, keys);
        }
      }
    } catch (IOException | RuntimeException e) {
      try (storage) {
        throw e;
      }
    }
    Repository repository =
        session.open(dryRun ? KeyMending.preview(storage, keys) : storage, session::opener);
    RepairPlan plan =
        Repairs.plan(repository, copy, List.copyOf(keys.keySet()), acceptLoss, session.progress());
    if (!dryRun) {
      Repairs.apply(
          repository,
          copy,
          plan,
          session.machine().host().get(),
          session.machine().user(),
          session.progress());
    }
    session.progress().close();
    Exit exit = plan.heals() ? Exit.DONE : Exit.DAMAGED;
    session.outcome(exit);
    if (session.isJson()) {
      json(plan, session.json());
    } else {
      print(plan, session.text());
    }
    return exit;
  }

  private String status(RepairPlan plan) {
    if (plan.isEmpty() && plan.heals()) {
      return "intact";
    }
    return plan.heals() ? "repaired" : "damaged";
  }

  private void json(RepairPlan plan, JsonDocument json) {
    json.field("status", status(plan));
    json.field("dryRun", dryRun);
    json.array(
        "putBack",
        () -> {
          plan.keys().forEach(name -> json.item(name.value()));
          plan.packs().forEach(pack -> json.item(pack.toString().replace("pack ", "packs/")));
          plan.objects().forEach(name -> json.item(name.value()));
        });
    json.array(
        "salvaged",
        () ->
            plan.salvaged()
                .forEach(
                    pack ->
                        json.object(
                            () -> {
                              json.field("pack", pack.pack().toString());
                              json.field("spare", pack.spare());
                              json.field("kept", pack.kept());
                              json.field("fetched", pack.fetched());
                              json.field("lost", pack.lost());
                            })));
    json.field("rebuilt", plan.rebuilt().stream().map(Object::toString).toList());
    json.field("named", plan.believed().size());
    json.field("fetched", plan.fetched().size());
    json.field("adopted", plan.adopted().stream().map(LedgerEntry.Added::object).toList());
    json.field("accepted", plan.accepted().stream().map(LedgerEntry.Added::label).toList());
    json.field("givenUp", plan.givenUp().stream().map(RepairCommand::entry).toList());
    json.field("vanished", plan.vanished());
    json.array(
        "backups",
        () ->
            plan.lossesByBackup()
                .forEach(
                    (id, count) ->
                        json.object(
                            () -> {
                              json.field("id", id.text());
                              json.field("lost", count);
                            })));
    json.array("losses", () -> plan.losses().forEach(loss -> json.object(() -> json(loss, json))));
    json.array("left", () -> plan.left().forEach(left -> json.object(() -> json(left, json))));
  }

  private static void json(Issue loss, JsonDocument json) {
    json.field("object", loss.object());
    json.field("backups", loss.backups().stream().map(BackupId::text).toList());
    json.field("message", loss.message());
    json.field("remedy", loss.remedy());
  }

  private static void json(Left left, JsonDocument json) {
    json.field("object", left.object());
    json.field("message", left.message());
    json.field("remedy", left.remedy());
  }

  private void print(RepairPlan plan, TextOutput out) {
    if (plan.isEmpty() && plan.heals()) {
      out.line(out.good("intact") + ": there is nothing to repair");
      return;
    }
    String would = dryRun ? "would be " : "";
    done(out, plan.keys().size(), "key object", would + "put back from the copy");
    done(out, plan.packs().size(), "pack", would + "put back from the copy");
    done(out, plan.objects().size(), "object", would + "put back from the copy");
    done(out, plan.rebuilt().size(), "index segment", would + "rebuilt");
    done(out, plan.believed().size(), "pack", would + "named again by the index");
    long packs = plan.salvaged().stream().filter(pack -> !pack.staysNamed()).count();
    done(out, packs, "damaged pack", would + "given up after what can be read is stored again:");
    if (packs > 0) {
      out.line(
          "          "
              + HumanText.count(sum(plan, Salvage::kept), "blob", "blobs")
              + " saved, "
              + sum(plan, Salvage::fetched)
              + " from the copy, "
              + sum(plan, Salvage::spare)
              + " were elsewhere, "
              + sum(plan, Salvage::lost)
              + " lost");
    }
    done(out, plan.fetched().size(), "blob", would + "fetched from the copy");
    done(out, plan.adopted().size(), "object", would + "named again by the ledger");
    for (LedgerEntry.Added line : plan.accepted()) {
      out.line(would + "given up  backup " + line.label() + ": its manifest is lost");
    }
    plan.givenUp()
        .forEach(
            id -> out.line(would + "given up  " + entry(id) + ": nobody has this ledger entry"));
    for (String id : plan.vanished()) {
      String how = plan.givenUp().isEmpty() ? out.bad("gone") + "      " : would + "given up  ";
      out.line(how + "backup " + id + ": this machine has seen it, and nothing is left of it");
    }
    if (!plan.givenUp().isEmpty()) {
      out.line(
          "          what such entries had taken away may count again: look through `salvor list`"
              + " and `salvor key list`");
    }
    for (Left left : plan.left()) {
      out.line(out.bad("left") + "      " + PlainText.of(left.object() + ": " + left.message()));
      out.line("          do: " + PlainText.of(left.remedy()));
    }
    plan.losses().stream()
        .limit(SHOWN)
        .forEach(
            loss -> {
              out.line(
                  out.bad("lost") + "      " + PlainText.of(loss.object() + ": " + loss.message()));
              out.line(
                  "          in "
                      + String.join(", ", loss.backups().stream().map(BackupId::text).toList()));
            });
    if (plan.losses().size() > SHOWN) {
      out.line("          and " + (plan.losses().size() - SHOWN) + " more; --json lists them");
    }
    plan.lossesByBackup()
        .forEach(
            (id, count) ->
                out.line(
                    "backup " + id + ": " + HumanText.count(count, "place", "places") + " lost"));
    out.line(
        plan.heals()
            ? out.good(dryRun ? "can be repaired" : "repaired")
                + (plan.accepted().isEmpty() && plan.givenUp().isEmpty()
                    ? ": nothing is lost"
                    : ": what is given up is lost, all else is in order")
            : out.bad("damaged") + ": what is named above stays lost");
  }

  private static String entry(ObjectId id) {
    return ObjectKind.LEDGER_ENTRY.name(id).value();
  }

  private static long sum(RepairPlan plan, ToLongFunction<Salvage> what) {
    return plan.salvaged().stream().mapToLong(what).sum();
  }

  private static void done(TextOutput out, long count, String what, String how) {
    if (count > 0) {
      out.line("mended    " + HumanText.count(count, what, what + "s") + " " + how);
    }
  }
}

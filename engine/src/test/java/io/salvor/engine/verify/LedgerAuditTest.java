package io.salvor.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.MapSource;
import io.salvor.engine.copy.CopySession;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told where the storage and the ledger differ, and how bad it is said to be. */
class LedgerAuditTest {
  @TempDir Path temp;
  private TestRepository test;
  private Repository repository;
  private Backup backup;

  @BeforeEach
  void make() throws Exception {
    test = new TestRepository(temp);
    repository = test.open();
    backup = backup("host");
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
  }

  private Backup backup(String host) throws Exception {
    test.advance(60);
    BackupRequest request = new BackupRequest(null, host, "me", "", "", new TreeMap<>());
    MapSource source = new MapSource().put("a", host.getBytes(StandardCharsets.UTF_8));
    return BackupRun.backup(repository, source, request, Progress.NONE).backup();
  }

  private List<Issue> audit() throws Exception {
    return audit(true);
  }

  private List<Issue> audit(boolean everything) throws Exception {
    Findings findings = new Findings(everything);
    new LedgerAudit(repository, BackupList.read(repository), findings).run();
    return findings.issues();
  }

  /** The only issue that there is. */
  private Issue only(Severity severity) throws Exception {
    List<Issue> issues = audit();
    assertThat(issues).hasSize(1);
    assertThat(issues.getFirst().severity()).isEqualTo(severity);
    List<Issue> ofOne = audit(false);
    assertThat(ofOne).as("what touches nothing that is verified is no damage of it").hasSize(1);
    assertThat(ofOne.getFirst().severity()).isEqualTo(Severity.NOTICE);
    return issues.getFirst();
  }

  private void reopen() throws IOException {
    repository.close();
    repository = test.open();
  }

  private ObjectName entry() throws IOException {
    List<ObjectName> names = new ArrayList<>();
    repository.storage().list(ObjectKind.LEDGER_ENTRY.prefix(), info -> names.add(info.name()));
    assertThat(names).hasSize(1);
    return names.getFirst();
  }

  @Test
  void nothingIsToldOfWhatIsAsItWasWritten() throws Exception {
    Note _ = Facts.add(repository, new Fact.Hold(backup.id(), ""), "me");
    assertThat(audit()).isEmpty();
  }

  @Test
  void aManifestThatIsGoneIsDamageOfItsBackup() throws Exception {
    repository.storage().delete(backup.object());
    Issue issue = only(Severity.DAMAGE);
    assertThat(issue.object()).isEqualTo(backup.object().value());
    assertThat(issue.backups()).containsExactly(backup.id());
    assertThat(issue.message()).contains(backup.id().text(), "gone");
  }

  @Test
  void aFactThatIsGoneIsDamage() throws Exception {
    Note note = Facts.add(repository, new Fact.Hold(backup.id(), ""), "me");
    repository.storage().delete(ObjectKind.FACT.name(note.id()));
    Issue issue = only(Severity.DAMAGE);
    assertThat(issue.object()).isEqualTo(ObjectKind.FACT.name(note.id()).value());
    assertThat(issue.message()).isEqualTo("the fact \"hold " + backup.id() + "\" is gone");
  }

  @Test
  void aFactThatSomebodyHasTakenAwayIsNotMissed() throws Exception {
    Note note = Facts.add(repository, new Fact.Hold(backup.id(), ""), "me");
    assertThat(LedgerAudit.lost(repository)).isEmpty();
    try (Repository other = test.open()) {
      Note _ =
          Facts.replace(
              other,
              new Fact.Hold(backup.id(), "new"),
              List.of(ObjectKind.FACT.name(note.id())),
              "me");
    }
    assertThat(LedgerAudit.lost(repository)).isEmpty();
  }

  @Test
  void aFactThatWasExchangedIsDamage() throws Exception {
    Note note = Facts.add(repository, new Fact.Hold(backup.id(), ""), "me");
    ObjectName name = ObjectKind.FACT.name(note.id());
    byte[] object = repository.storage().get(name);
    object[object.length - 1] ^= 1;
    repository.storage().delete(name);
    repository.storage().put(name, object);
    Issue issue = only(Severity.DAMAGE);
    assertThat(issue.object()).isEqualTo(name.value());
    assertThat(issue.message()).endsWith("is not what was written");
  }

  @Test
  void whatElseTheLedgerNamesIsCalledAnObject() throws Exception {
    ObjectName name = ObjectKind.EPOCH.name(repository.keyRegister("me").rotate().id());
    assertThat(repository.ledger().existing()).containsKey(name.value());
    repository.storage().delete(name);
    assertThat(audit())
        .anySatisfy(
            issue -> {
              assertThat(issue.object()).isEqualTo(name.value());
              assertThat(issue.message()).startsWith("the object").endsWith("is gone");
            });
  }

  @Test
  void aManifestThatTheLedgerRemovesIsOnlyMentioned() throws Exception {
    repository
        .ledger()
        .append(
            LedgerChange.removing(List.of(backup.object().value())),
            repository.now(),
            "me",
            repository.random());
    Issue issue = only(Severity.NOTICE);
    assertThat(issue.object()).isEqualTo(backup.object().value());
    assertThat(issue.message()).contains("is still there");
  }

  @Test
  void aFactWhoseAuthorDiedIsOnlyMentioned() throws Exception {
    Note note = Facts.put(repository, new Fact.Hold(backup.id(), ""), "me", new ArrayList<>());
    Issue issue = only(Severity.NOTICE);
    assertThat(issue.object()).isEqualTo(ObjectKind.FACT.name(note.id()).value());
    assertThat(issue.message()).contains("hold " + backup.id());
  }

  @Test
  void aLostEntryIsDamageOfTheBackupThatItAdded() throws Exception {
    repository.storage().delete(entry());
    forgetEverything();
    Issue issue = only(Severity.DAMAGE);
    assertThat(issue.backups()).containsExactly(backup.id());
    assertThat(issue.object()).isEqualTo(ObjectKind.LEDGER_ENTRY.prefix());
    assertThat(issue.message()).isEqualTo("the ledger entry of backup " + backup.id() + " is gone");
  }

  @Test
  void aWriterThatMayBeAboutToNameItsBackupIsNoDamage() throws Exception {
    repository.storage().delete(entry());
    forgetEverything();
    ObjectId session = backup.manifest().session();
    new Revocation(session, repository.now(), "me", false)
        .publish(repository.storage(), repository.keys());
    assertThat(only(Severity.NOTICE).message()).contains(backup.id().text(), "is about to");
    repository.storage().delete(ObjectKind.REVOCATION.name(session));
    assertThat(only(Severity.DAMAGE).backups()).containsExactly(backup.id());

    repository.storage().put(ObjectKind.SESSION_OPEN.name(session), new byte[1]);
    assertThat(only(Severity.NOTICE).message()).contains(backup.id().text(), "is about to");
    repository.storage().delete(ObjectKind.SESSION_OPEN.name(session));
    assertThat(only(Severity.DAMAGE).backups()).containsExactly(backup.id());

    CopySession copy = CopySession.begin(repository, "host", "copy from elsewhere");
    assertThat(only(Severity.NOTICE).message()).contains(backup.id().text(), "is about to");
    copy.close();
    assertThat(only(Severity.DAMAGE).backups()).containsExactly(backup.id());
  }

  @Test
  void aBackupThatIsNamedUnderAnotherNameIsNoDamage() throws Exception {
    repository.storage().delete(entry());
    forgetEverything();
    repository
        .ledger()
        .append(
            LedgerChange.adding(
                List.of(
                    new LedgerEntry.Added(
                        ObjectKind.MANIFEST.name(new ObjectId(5, 5)).value(),
                        new byte[32],
                        backup.id().text()))),
            repository.now(),
            "me",
            repository.random());
    assertThat(audit()).extracting(Issue::object).doesNotContain(ObjectKind.LEDGER_ENTRY.prefix());
  }

  @Test
  void aDamagedEntryIsTold() throws Exception {
    ObjectName entry = entry();
    byte[] object = repository.storage().get(entry);
    object[object.length / 2] ^= 1;
    repository.storage().delete(entry);
    repository.storage().put(entry, object);
    reopen();
    assertThat(audit())
        .anySatisfy(
            issue -> {
              assertThat(issue.object()).isEqualTo(entry.value());
              assertThat(issue.message()).isEqualTo("the ledger entry cannot be read");
              assertThat(issue.severity()).isEqualTo(Severity.DAMAGE);
            });
  }

  @Test
  void anEntryThatWasSeenAndIsGoneIsTold() throws Exception {
    ObjectName entry = entry();
    repository.storage().delete(entry);
    reopen();
    assertThat(audit())
        .anySatisfy(
            issue -> {
              assertThat(issue.object()).isEqualTo(entry.value());
              assertThat(issue.message()).startsWith("ledger entry 1 was seen by this machine");
            });
  }

  @Test
  void anEntryThatAnotherOneNamesAndThatIsGoneIsTold() throws Exception {
    ObjectName entry = entry();
    Backup _ = backup("other");
    repository.storage().delete(entry);
    forgetEverything();
    assertThat(audit())
        .anySatisfy(
            issue -> {
              assertThat(issue.object()).isEqualTo(entry.value());
              assertThat(issue.message()).startsWith("the ledger entry is gone");
            });
    assertThat(audit().stream().flatMap(issue -> issue.backups().stream()).distinct())
        .contains(backup.id());
  }

  @Test
  void reportsAreIntactUntilSomethingIsDamaged() throws Exception {
    Findings findings = new Findings(false);
    findings.notice("o", "m", "r");
    findings.elsewhere("o2", "m", "r", new BackupId("20260130-150000-aaaaa"));
    assertThat(report(findings).intact()).isTrue();
    assertThat(findings.damagedPlaces()).isEmpty();
    findings.damage("o3", "m", "r", backup.id());
    assertThat(report(findings).intact()).isFalse();
    assertThat(findings.damagedPlaces()).containsOnlyKeys(backup.id());
  }

  private static VerifyReport report(Findings findings) {
    return new VerifyReport(VerifyReport.Depth.FULL, 0, 0, findings.issues(), List.of(), List.of());
  }

  /** As a machine that has never seen the repository. */
  private void forgetEverything() throws IOException {
    repository.close();
    try (var files = Files.walk(temp.resolve("local"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
    repository = test.open();
  }
}

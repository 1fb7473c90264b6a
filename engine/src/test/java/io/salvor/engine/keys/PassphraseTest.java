package io.salvor.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PassphraseTest {
  @TempDir Path directory;

  @Test
  void exactly_one_newline_at_the_end_of_a_file_is_not_part_of_it() throws IOException {
    assertThat(text(Passphrase.read(file("secret\n")))).isEqualTo("secret");
    assertThat(text(Passphrase.read(file("secret")))).isEqualTo("secret");
    assertThat(text(Passphrase.read(file("sec\nret\n\n")))).isEqualTo("sec\nret\n");
    assertThat(text(Passphrase.read(file(" ü ")))).isEqualTo(" ü ");
  }

  @Test
  void the_option_goes_before_the_variable_and_that_before_the_file_variable() throws IOException {
    Map<String, String> both =
        Map.of("SALVOR_PASSWORD", "variable", "SALVOR_PASSWORD_FILE", file("file").toString());
    Path option = Files.writeString(directory.resolve("option"), "option");
    assertThat(text(Passphrase.find(Optional.of(option), both).orElseThrow())).isEqualTo("option");
    assertThat(text(Passphrase.find(Optional.empty(), both).orElseThrow())).isEqualTo("variable");
    Map<String, String> file = Map.of("SALVOR_PASSWORD_FILE", both.get("SALVOR_PASSWORD_FILE"));
    assertThat(text(Passphrase.find(Optional.empty(), file).orElseThrow())).isEqualTo("file");
    assertThat(Passphrase.find(Optional.empty(), Map.of())).isEmpty();
  }

  @Test
  void empty_ones_and_missing_files_are_refused() throws IOException {
    Path empty = file("\n");
    assertMissing(() -> Passphrase.read(empty));
    assertMissing(() -> Passphrase.read(directory.resolve("none")));
    assertMissing(() -> Passphrase.of(new char[0]));
    assertMissing(() -> Passphrase.find(Optional.empty(), Map.of("SALVOR_PASSWORD", "")));
  }

  @Test
  void it_is_utf_8_and_gone_when_closed() {
    Passphrase passphrase = Passphrase.of("pässword".toCharArray());
    assertThat(text(passphrase)).isEqualTo("pässword");
    passphrase.close();
    assertThat(passphrase.bytes()).containsOnly(0);
  }

  private static void assertMissing(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CREDENTIAL_MISSING));
  }

  private static String text(Passphrase passphrase) {
    return new String(passphrase.bytes(), StandardCharsets.UTF_8);
  }

  private Path file(String content) throws IOException {
    return Files.writeString(directory.resolve("password"), content);
  }
}

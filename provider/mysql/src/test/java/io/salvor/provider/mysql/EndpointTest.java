package io.salvor.provider.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Mapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointTest {
  @TempDir private Path temp;

  @Test
  void bothSchemesMeanTheSame() {
    Endpoint one = Endpoint.parse("mysql://a%40b@db:3307/shop%2Fx?jobs=4".replace("%2Fx", ""), "x");
    assertThat(one.user()).isEqualTo("a@b");
    assertThat(one.connections()).isEqualTo(4);
    assertThat(one.normal()).isEqualTo("mysql://a%40b@db:3307/shop");
    assertThat(Endpoint.parse("mariadb://db", "me").normal()).isEqualTo("mysql://me@db:3306");
    assertThat(Endpoint.parse("mysql://me@[::1]/s", "x").normal())
        .isEqualTo("mysql://me@[::1]:3306/s");
  }

  @Test
  void anAddressIsAllThatIsNeededToComeBack() {
    Endpoint one = Endpoint.parse("mysql://me@db/shop?sslmode=verify-full&jobs=3", "x");
    Mapping mapping = new Mapping(Map.of("shop", "shop=2", "a.b", "a.c&d"));
    String whole = one.whole(mapping);
    assertThat(Endpoint.parse(whole, "x")).isEqualTo(one);
    assertThat(Endpoint.mapping(whole)).isEqualTo(mapping);
  }

  @Test
  void wrongAddressesAreToldAndPasswordsNeverRepeated() {
    for (String bad :
        List.of(
            "mysql:",
            "mysql://",
            "mysql://h:0",
            "mysql://h/d?jobs=0",
            "mysql://h/d?password=x",
            "mysql://h/d?sslmode=maybe",
            "mysql://h/a/b")) {
      assertThatThrownBy(() -> Endpoint.parse(bad, "me"))
          .as(bad)
          .isInstanceOf(SalvorException.class);
    }
    assertThatThrownBy(() -> Endpoint.parse("mysql://me:hunter2@h/d", "me"))
        .isInstanceOf(SalvorException.class)
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void theOptionFileGivesThePasswordOfItsClientGroups() throws Exception {
    Path file = temp.resolve(".my.cnf");
    Files.writeString(
        file,
        """
        [mysqld]
        password=no
        [client]
        user = backup   # who
        password = "a#b\\\\c"
        """);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    OptionFile options = new OptionFile(file);
    Endpoint endpoint = Endpoint.parse("mysql://h/d", "me");
    assertThat(options.of(endpoint)).isEqualTo("a#b\\c");
    assertThat(options.user()).isEqualTo("backup");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> options.of(endpoint)).isInstanceOf(SalvorException.class);
    assertThat(new OptionFile(temp.resolve("none")).of(endpoint)).isNull();
  }
}

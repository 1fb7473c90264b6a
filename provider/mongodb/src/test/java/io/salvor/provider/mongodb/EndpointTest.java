package io.salvor.provider.mongodb;

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
  void theNormalFormHasAllThatIsNeededToComeBackToTheSameServer() {
    assertThat(Endpoint.parse("mongodb://db").normal()).isEqualTo("mongodb://db:27017");
    assertThat(Endpoint.parse("mongodb://a%40b@z:1,[::1]/shop?replicaSet=r&jobs=3").normal())
        .isEqualTo("mongodb://a%40b@[::1]:27017,z:1/shop?replicaSet=r");
    assertThat(Endpoint.parse("mongodb://u@z/?authSource=x&tls=true").normal())
        .isEqualTo("mongodb://u@z:27017/?authSource=x&tls=true");
    assertThat(Endpoint.parse("mongodb://u@z/d?authSource=admin").normal())
        .isEqualTo("mongodb://u@z:27017/d");
    assertThat(Endpoint.parse("mongodb+srv://u@name.example/d").normal())
        .isEqualTo("mongodb+srv://u@name.example/d");
    for (String one : List.of("mongodb://u@z:1/?authSource=x", "mongodb://z:2/d")) {
      assertThat(Endpoint.parse(Endpoint.parse(one).normal())).isEqualTo(Endpoint.parse(one));
    }
  }

  @Test
  void anAddressIsAllThatIsNeededToComeBack() {
    Endpoint one = Endpoint.parse("mongodb://me@db,other/shop?users=yes&jobs=3&readPreference=a");
    Mapping mapping = new Mapping(Map.of("shop", "shop=2", "a.b", "a.c&d"));
    String whole = one.whole(mapping);
    assertThat(Endpoint.parse(whole)).isEqualTo(one);
    assertThat(Endpoint.mapping(whole)).isEqualTo(mapping);
    assertThat(one.wantsUsers()).isTrue();
    assertThat(one.uri()).isEqualTo("mongodb://db:27017,other:27017/?readPreference=a");
  }

  @Test
  void wrongAddressesAreToldAndPasswordsNeverRepeated() {
    for (String bad :
        List.of(
            "mongodb:",
            "mongodb://",
            "mongodb://u@",
            "mongodb://h:0",
            "mongodb://h,",
            "mongodb+srv://h:1/d",
            "mongodb+srv://a,b/d",
            "mongodb://h/d?jobs=0",
            "mongodb://h/d?password=x",
            "mongodb://h/a/b",
            "mongodb://h/a.b",
            "mongodb://h/%zz")) {
      assertThatThrownBy(() -> Endpoint.parse(bad)).as(bad).isInstanceOf(SalvorException.class);
    }
    for (String secret :
        List.of(
            "mongodb://me:hunter2@h/d",
            "mongodb://me:hunt/hunter2@h/d",
            "mongodb://me:h@hunter2@h/d?jobs=1",
            "mongodb:/me:hunter2//me:hunter2@h/d")) {
      assertThatThrownBy(() -> Endpoint.parse(secret))
          .as(secret)
          .isInstanceOf(SalvorException.class)
          .hasMessageNotContaining("hunter2");
    }
  }

  @Test
  void aFileGivesThePassword() throws Exception {
    Path file = temp.resolve("password");
    Files.writeString(file, "a b#c\nmore\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Endpoint endpoint = Endpoint.parse("mongodb://u@h/d");
    assertThat(new PasswordFile(file).of(endpoint)).isEqualTo("a b#c");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> new PasswordFile(file).of(endpoint))
        .isInstanceOf(SalvorException.class);
    assertThatThrownBy(() -> new PasswordFile(temp.resolve("none")).of(endpoint))
        .isInstanceOf(SalvorException.class);
  }
}

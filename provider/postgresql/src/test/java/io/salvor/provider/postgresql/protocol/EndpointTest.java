package io.salvor.provider.postgresql.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "postgresql://alice@db:5433/shop, db, 5433, alice, shop",
    "postgresql://db/shop, db, 5432, me, shop",
    "postgresql://alice@db, db, 5432, alice, ''",
    "postgresql://a%40b@[::1]:5433/x%20y, ::1, 5433, a@b, x y",
    "postgresql:///shop?host=/run/postgresql, /run/postgresql, 5432, me, shop",
    "postgresql://%2Frun%2Fpg:6000/shop, /run/pg, 6000, me, shop",
  })
  void readsAnAddress(String address, String host, int port, String user, String database) {
    Endpoint endpoint = Endpoint.parse(address, "postgresql", "me");
    assertThat(endpoint.host()).isEqualTo(host);
    assertThat(endpoint.port()).isEqualTo(port);
    assertThat(endpoint.user()).isEqualTo(user);
    assertThat(endpoint.database()).isEqualTo(database);
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://alice:secret@db/shop, a password",
    "mysql://db/shop, does not begin",
    "postgresql://db:port/shop, no port",
    "postgresql://db:70000/shop, no port",
    "postgresql://db/shop?sslmode=sure, no sslmode",
    "postgresql://db/shop?colour=red, colour",
    "postgresql://d b/shop, character",
  })
  void saysWhatIsWrongInOne(String address, String why) {
    assertThatThrownBy(() -> Endpoint.parse(address, "postgresql", "me"))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
              assertThat(e.why()).contains(why);
              assertThat(e.getMessage()).doesNotContain("secret");
            });
  }

  @Test
  void encryptsWhereTheServerCanUnlessItIsToldOtherwise() {
    assertThat(Endpoint.parse("postgresql://db", "postgresql", "me").tls())
        .isEqualTo(TlsMode.PREFER);
    assertThat(Endpoint.parse("postgresql://db?sslmode=verify-full", "postgresql", "me").tls())
        .isEqualTo(TlsMode.VERIFY_FULL);
    assertThat(new Endpoint("::1", 1, "me", "", Map.of()).place()).isEqualTo("[::1]:1");
  }
}

package io.salvor.provider.postgresql.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.SalvorException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TablePatternsTest {

  @Test
  void aPatternIsAboutSchemaAndTable() {
    TablePatterns patterns =
        TablePatterns.of(List.of("shop/public.orders", "shop/public.ord?r_*", "shop/app.*"));

    assertThat(patterns.database()).isEqualTo("shop");
    assertThat(patterns.all()).isFalse();
    assertThat(matching(patterns, "public", "orders")).containsExactly("shop/public.orders");
    assertThat(matching(patterns, "public", "order_items")).containsExactly("shop/public.ord?r_*");
    assertThat(matching(patterns, "app", "anything.at all")).containsExactly("shop/app.*");
    assertThat(matching(patterns, "public", "Orders")).isEmpty();
    assertThat(matching(patterns, "publicXorders", "")).isEmpty();
  }

  private static List<String> matching(TablePatterns patterns, String schema, String name) {
    return patterns.patterns().stream()
        .filter(each -> each.matches(schema, name))
        .map(TablePatterns.Named::text)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"shop/", "shop/*", "shop/*.*"})
  void aWholeDatabaseCanBeMeant(String written) {
    assertThat(TablePatterns.of(List.of(written)).all()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"orders", "/public.orders", "shop/orders", "shop/.orders", "shop/public."})
  void whatNamesNoTableIsRefused(String written) {
    assertThatThrownBy(() -> TablePatterns.of(List.of(written)))
        .isInstanceOf(SalvorException.class)
        .hasMessageContaining(written);
  }

  @Test
  void oneTargetTakesOneDatabase() {
    assertThatThrownBy(() -> TablePatterns.of(List.of("shop/public.a", "other/public.a")))
        .isInstanceOf(SalvorException.class);
  }

  @Test
  void whatBelongsToATableIsNamedAfterItAndAtMostOnce() {
    Set<String> given = new HashSet<>(Set.of("orders_before"));
    String name = "x".repeat(63);

    assertThat(Rename.after("orders_pkey", "orders", "orders_before", given))
        .isEqualTo("orders_before_pkey");
    assertThat(Rename.after("what", "orders", "orders_before", given))
        .isEqualTo("orders_before_what");
    assertThat(Rename.after("orders", "orders", "orders_before", given))
        .isEqualTo("orders_before_1");
    assertThat(Rename.after(name, "orders", "orders_before", given)).hasSize(63);
    assertThat(Rename.after(name, "orders", "orders_before", given)).hasSize(63).endsWith("_1");
  }
}

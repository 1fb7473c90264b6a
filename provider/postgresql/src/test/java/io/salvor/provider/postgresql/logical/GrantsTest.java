package io.salvor.provider.postgresql.logical;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GrantsTest {

  @Test
  void theLastIsTakenBackFirst() {
    assertThat(
            Grants.inverse(
                """
                REVOKE ALL ON TABLE public.t FROM owner;
                GRANT SELECT,INSERT ON TABLE public.t TO owner;
                GRANT SELECT(a) ON TABLE public." TO " TO " FROM ""x" WITH GRANT OPTION;
                """))
        .isEqualTo(
            """
            REVOKE SELECT(a) ON TABLE public." TO " FROM " FROM ""x";
            REVOKE SELECT,INSERT ON TABLE public.t FROM owner;
            GRANT ALL ON TABLE public.t TO owner;
            """);
  }

  @Test
  void whatOthersHaveGrantedIsNotTakenBack() {
    assertThat(
            Grants.inverse(
                """
                SET SESSION AUTHORIZATION somebody;
                GRANT SELECT ON TABLE public.t TO other;
                RESET SESSION AUTHORIZATION;
                """))
        .isNull();
  }
}

package io.salvor.engine.source;

import java.io.IOException;
import java.util.List;

/** A kind of source. One explicit list names them all. */
public interface Provider {

  /** The name, as it stands in manifests. */
  String name();

  /** Whether the address is one of this provider's. */
  boolean handles(String address);

  /**
   * The normal form of the source that these addresses make, which {@link Source#address} gives as
   * well; it need not exist any more. What a person filters backups by goes through here.
   */
  String address(List<String> addresses);

  /**
   * Opens one source made of these addresses.
   *
   * @throws io.salvor.engine.error.SalvorException SOURCE_MISSING, SOURCE_UNREADABLE or BAD_PATTERN
   */
  Source open(List<String> addresses, CaptureOptions options);

  /**
   * Looks whether a backup of these addresses would work, without making one.
   *
   * @throws io.salvor.engine.error.SalvorException if it cannot even be reached
   */
  default List<SourceCheck> check(List<String> addresses) throws IOException {
    try (Source source = open(addresses, CaptureOptions.ALL)) {
      return List.of(SourceCheck.ok("source", source.address() + " can be opened"));
    }
  }
}

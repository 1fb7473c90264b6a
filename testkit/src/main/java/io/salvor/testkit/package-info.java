/** Contract suites and storages that fail, for the tests of every storage and provider. */
@NullMarked
package io.salvor.testkit;

import org.jspecify.annotations.NullMarked;

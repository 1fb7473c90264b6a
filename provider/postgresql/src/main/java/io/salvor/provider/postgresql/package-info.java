/** What all parts of the PostgreSQL provider share: how failures of a server are told. */
@NullMarked
package io.salvor.provider.postgresql;

import org.jspecify.annotations.NullMarked;

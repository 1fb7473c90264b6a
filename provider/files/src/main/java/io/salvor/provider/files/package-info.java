/** The files provider: captures and restores directories with everything POSIX tells of a file. */
@NullMarked
package io.salvor.provider.files;

import org.jspecify.annotations.NullMarked;

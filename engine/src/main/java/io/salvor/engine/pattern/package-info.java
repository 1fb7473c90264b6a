/**
 * Patterns as {@code .gitignore} has them, over the raw bytes of names.
 *
 * <p>Glossary:
 *
 * <ul>
 *   <li><b>pattern</b>: one line. Without a {@code /} (but at its end) it is compared with names at
 *       any depth; with one, with the whole path below the source. A {@code /} at the end asks for
 *       a directory, {@code !} at the beginning takes back what an earlier pattern matched. The
 *       last pattern that matches decides; what lies below a matched directory is matched.
 *   <li><b>selection</b>: includes and excludes together. Excludes win. With includes only what one
 *       of them matches is taken, and the directories that lead there.
 * </ul>
 *
 * <p>As in git one {@code ?} or one class {@code [a-z]} stands for one byte, so a name may have any
 * bytes; letters of other scripts are several. Two things differ from a file's lines, for silence
 * would be worse: a pattern that could never match ({@code [a}, a lone backslash at the end) and a
 * comment ({@code #}, to be written {@code \#}) are refused.
 *
 * <p>Reference: gitignore(5), and git itself, against which the tests hold it; but for {@code
 * ab**&#47;x}, which git takes for {@code ab}, any directories and {@code x}, against its manual.
 */
@NullMarked
package io.salvor.engine.pattern;

import org.jspecify.annotations.NullMarked;

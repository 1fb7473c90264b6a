package io.salvor.engine.posix;

/**
 * What {@code statfs(2)} tells of the file system a directory lies in.
 *
 * @param type its usual name such as {@code ext4}, or its magic number in hexadecimal
 * @param blockSize bytes per allocation unit
 * @param totalBytes its size
 * @param freeBytes what an ordinary user may still write
 * @param freeInodes files that may still be made; {@link Stat#UNKNOWN} where not told or unlimited
 * @param readOnly whether it is mounted read-only
 * @param maxNameBytes the longest name it takes; {@link Stat#UNKNOWN} where not told
 */
public record FileSystemInfo(
    String type,
    long blockSize,
    long totalBytes,
    long freeBytes,
    long freeInodes,
    boolean readOnly,
    long maxNameBytes) {}

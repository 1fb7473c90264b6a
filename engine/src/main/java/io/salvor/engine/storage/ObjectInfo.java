package io.salvor.engine.storage;

/**
 * What a list tells of an object.
 *
 * @param size in bytes
 */
public record ObjectInfo(ObjectName name, long size) {}

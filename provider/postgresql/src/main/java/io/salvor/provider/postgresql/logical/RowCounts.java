package io.salvor.provider.postgresql.logical;

/**
 * How many rows of a table a restore of differences adds, changes and deletes.
 *
 * @param key of the table's rows, as text
 */
public record RowCounts(String key, long added, long changed, long deleted) {}

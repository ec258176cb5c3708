// SPDX-License-Identifier: Apache-2.0
package com.facebook.presto.plugin.memory;

import com.facebook.presto.common.type.Type;
import com.facebook.presto.spi.ColumnHandle;
import com.facebook.presto.spi.ColumnMetadata;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The newest memory connector on Maven Central is 0.287's, and this is the one class of it that asks a server for what
 * 0.296 no longer has: it makes a ColumnMetadata by a constructor that is gone. In front of the connector's jar this one
 * takes its place, by the builder that came instead.
 */
public record MemoryColumnHandle(
        @JsonProperty("name") String name, @JsonProperty("columnType") Type columnType, @JsonProperty("columnIndex") int columnIndex)
        implements ColumnHandle
{
    @JsonCreator
    public MemoryColumnHandle {}

    public MemoryColumnHandle(ColumnMetadata column, int index) { this(column.getName(), column.getType(), index); }

    public static List<MemoryColumnHandle> extractColumnHandles(List<ColumnMetadata> columns)
    {
        return IntStream.range(0, columns.size()).mapToObj(i -> new MemoryColumnHandle(columns.get(i), i)).toList();
    }

    public String getName() { return name; }

    public Type getColumnType() { return columnType; }

    public int getColumnIndex() { return columnIndex; }

    public ColumnMetadata toColumnMetadata() { return ColumnMetadata.builder().setName(name).setType(columnType).build(); }
}

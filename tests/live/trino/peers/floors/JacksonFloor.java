// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** JacksonFloor ROUNDS FILE...: the rows of pages as objects, rows dropped, which is the least that the JDBC driver does; CPU seconds and rows a round. */
public class JacksonFloor
{
    private static final int BIGINT = 0;
    private static final int INTEGER = 1;
    private static final int DOUBLE = 2;
    private static final int TEXT = 3;

    private static Object[] sink;

    public static void main(String[] args)
            throws Exception
    {
        List<byte[]> pages = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            pages.add(Files.readAllBytes(Path.of(args[i])));
        }
        JsonFactory factory = new JsonFactory();
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        for (int round = 0; round < Integer.parseInt(args[0]); round++) {
            long start = system.getProcessCpuTime();
            long rows = 0;
            for (byte[] page : pages) {
                rows += decode(factory, page);
            }
            System.out.println((system.getProcessCpuTime() - start) / 1e9 + " " + rows);
        }
        if (sink == null) {
            throw new IllegalStateException("no rows");
        }
    }

    private static long decode(JsonFactory factory, byte[] page)
            throws Exception
    {
        long rows = 0;
        try (JsonParser parser = factory.createParser(page)) {
            parser.nextToken();
            int[] types = {};
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("columns")) {
                    types = columns(parser);
                }
                else if (name.equals("data")) {
                    while (parser.nextToken() == JsonToken.START_ARRAY) {
                        sink = row(parser, types);
                        rows++;
                    }
                }
                else {
                    parser.skipChildren();
                }
            }
        }
        return rows;
    }

    private static Object[] row(JsonParser parser, int[] types)
            throws Exception
    {
        Object[] row = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            if (parser.nextToken() != JsonToken.VALUE_NULL) {
                row[i] = switch (types[i]) {
                    case BIGINT -> parser.getLongValue();
                    case INTEGER -> parser.getIntValue();
                    case DOUBLE -> parser.getDoubleValue();
                    default -> parser.getText();
                };
            }
        }
        parser.nextToken();
        return row;
    }

    private static int[] columns(JsonParser parser)
            throws Exception
    {
        List<Integer> types = new ArrayList<>();
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            int type = TEXT;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("type")) {
                    type = switch (parser.getText()) {
                        case "bigint" -> BIGINT;
                        case "integer" -> INTEGER;
                        case "double" -> DOUBLE;
                        default -> TEXT;
                    };
                }
                parser.skipChildren();
            }
            types.add(type);
        }
        return types.stream().mapToInt(Integer::intValue).toArray();
    }
}

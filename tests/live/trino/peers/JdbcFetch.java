import java.sql.DriverManager;

/** JdbcFetch URL SQL: reads every cell of a result and prints the number of rows. */
public class JdbcFetch
{
    public static void main(String[] args)
            throws Exception
    {
        long rows = 0;
        try (var connection = DriverManager.getConnection(args[0]);
                var statement = connection.createStatement();
                var result = statement.executeQuery(args[1])) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                for (int column = 1; column <= columns; column++) {
                    result.getObject(column);
                }
                rows++;
            }
        }
        System.out.println(rows);
        System.exit(0); // the driver's threads would keep the process for another minute
    }
}

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Microsoft's JDBC driver at work. Each argument is a scene's name, a colon and more properties of its connection
 * ("prepared:encrypt=strict"); each scene has a connection of its own, whose application name is the argument, and prints one
 * line of JSON: {"scene": …, "saw": […]}, or "failed" with what the driver said.
 *
 * The environment says where to go: JDBC_SERVER, JDBC_PORT, JDBC_DATABASE, JDBC_USER, JDBC_PASSWORD. In the folder in which
 * it is started it finds authority.pem, whom it trusts unless a property says otherwise, and stranger.pem, and makes trust
 * stores of them.
 */
public class Main {
    private interface Scene {
        List<?> play(Connection connection, Statement statement) throws SQLException;
    }

    private static final Map<String, Scene> SCENES = new LinkedHashMap<>();

    static {
        SCENES.put("login", Main::login);
        SCENES.put("statements", Main::statements);
        SCENES.put("prepared", Main::prepared);
        SCENES.put("types", Main::types);
        SCENES.put("batched", Main::batched);
        SCENES.put("warnings", Main::warnings);
        SCENES.put("errors", Main::errors);
        SCENES.put("transaction", Main::transaction);
        SCENES.put("callable", Main::callable);
    }

    public static void main(String[] arguments) throws Exception {
        trust("authority");
        trust("stranger");
        for (String argument : arguments) {
            String[] parts = argument.split(":", 2);
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("scene", argument);
            try (Connection connection = connect(argument, parts[1]);
                 Statement statement = connection.createStatement()) {
                line.put("saw", SCENES.get(parts[0]).play(connection, statement));
            } catch (SQLException error) {
                line.put("failed", List.of(error.getErrorCode(), error.getSQLState(), error.getMessage()));
            }
            System.out.println(json(line));
        }
    }

    /** name.pem → name.p12 */
    private static void trust(String name) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(Path.of(name + ".pem"))) {
            store.setCertificateEntry(name, CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        try (OutputStream out = Files.newOutputStream(Path.of(name + ".p12"))) {
            store.store(out, "changeit".toCharArray());
        }
    }

    private static Connection connect(String name, String more) throws SQLException {
        String address = "jdbc:sqlserver://" + given("SERVER") + ":" + given("PORT");
        return DriverManager.getConnection(String.join(";", address,
            "databaseName=" + given("DATABASE"), "user=" + given("USER"), "password={" + given("PASSWORD") + "}",
            "encrypt=true", "trustServerCertificate=false", "trustStore=authority.p12", "trustStoreType=PKCS12",
            "trustStorePassword=changeit", "applicationName={" + name + "}", "loginTimeout=20", "connectRetryCount=0",
            // A closed statement is given up at once, not ten together.
            "serverPreparedStatementDiscardThreshold=1",
            // The last one holds where a property is given twice.
            more));
    }

    private static String given(String name) {
        return System.getenv("JDBC_" + name);
    }

    private static List<?> login(Connection connection, Statement statement) throws SQLException {
        DatabaseMetaData described = connection.getMetaData();
        return List.of(described.getDatabaseProductName(), one(statement, "SELECT DB_NAME()"),
            one(statement, "SELECT APP_NAME()"), connection.isValid(20));
    }

    private static List<?> statements(Connection connection, Statement statement) throws SQLException {
        List<Object> seen = new ArrayList<>();
        seen.add(statement.execute("CREATE TABLE dbo.s (n int, t nvarchar(60))"));
        seen.add(statement.executeUpdate("INSERT INTO dbo.s (n, t) SELECT 1, N'Gołębie' UNION ALL SELECT 2, N'鳩'"));
        seen.add(statement.executeUpdate("UPDATE dbo.s SET t = N'żółw' WHERE n = 2"));
        try (ResultSet rows = statement.executeQuery("SELECT n, t FROM dbo.s ORDER BY n")) {
            while (rows.next()) seen.add(List.of(rows.getInt("n"), rows.getString("t")));
        }
        seen.add(statement.executeUpdate("DELETE FROM dbo.s"));
        seen.add(((String) one(statement, "SELECT '" + "x".repeat(20_000) + "'")).length());
        statement.execute("DROP TABLE dbo.s");
        return seen;
    }

    /** The first time the driver calls sp_executesql, then sp_prepexec, then sp_execute, and sp_unprepare when closed. */
    private static List<?> prepared(Connection connection, Statement statement) throws SQLException {
        List<Object> seen = new ArrayList<>();
        statement.execute("CREATE TABLE dbo.p (n int, t nvarchar(60))");
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO dbo.p (n, t) VALUES (?, ?)")) {
            for (int n = 1; n <= 4; n++) {
                insert.setInt(1, n);
                insert.setString(2, "żółw " + n);
                seen.add(insert.executeUpdate());
            }
        }
        try (PreparedStatement select = connection.prepareStatement("SELECT t FROM dbo.p WHERE n = ?")) {
            for (int n = 4; n >= 1; n--) {
                select.setInt(1, n);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) seen.add(rows.getString(1));
                }
            }
        }
        statement.execute("DROP TABLE dbo.p");
        return seen;
    }

    private static List<?> types(Connection connection, Statement statement) throws SQLException {
        List<Object> seen = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT ?, ?, ?, ?, ?, ?, ?, ?")) {
            for (int time = 1; time <= 3; time++) {
                select.setLong(1, 1L << 40);
                select.setBigDecimal(2, new java.math.BigDecimal("12.345"));
                select.setTimestamp(3, Timestamp.valueOf("2024-02-29 12:34:56.789"));
                select.setBoolean(4, true);
                select.setBytes(5, new byte[] {1, 2, 3});
                select.setDouble(6, 1.5);
                select.setNull(7, Types.NVARCHAR);
                select.setDate(8, java.sql.Date.valueOf("2024-02-29"));
                try (ResultSet rows = select.executeQuery()) {
                    rows.next();
                    seen.add(Arrays.asList(rows.getLong(1), rows.getBigDecimal(2).toPlainString(),
                        rows.getTimestamp(3).toString(), rows.getBoolean(4), rows.getBytes(5).length, rows.getDouble(6),
                        rows.getString(7), rows.getDate(8).toString()));
                }
            }
        }
        return seen;
    }

    private static List<?> batched(Connection connection, Statement statement) throws SQLException {
        List<Object> seen = new ArrayList<>();
        statement.execute("CREATE TABLE dbo.b (n int)");
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO dbo.b (n) VALUES (?)")) {
            for (int n = 1; n <= 3; n++) {
                insert.setInt(1, n);
                insert.addBatch();
            }
            for (int count : insert.executeBatch()) seen.add(count);
        }
        seen.add(one(statement, "SELECT COUNT(*) FROM dbo.b"));
        statement.execute("DROP TABLE dbo.b");
        return seen;
    }

    private static List<?> warnings(Connection connection, Statement statement) throws SQLException {
        List<Object> seen = new ArrayList<>();
        statement.execute("PRINT 'half way'; RAISERROR('by the way', 10, 1)");
        for (SQLWarning said = statement.getWarnings(); said != null; said = said.getNextWarning())
            seen.add(List.of(said.getErrorCode(), said.getMessage()));
        seen.add(one(statement, "SELECT 'and on'"));
        return seen;
    }

    private static List<?> errors(Connection connection, Statement statement) throws SQLException {
        List<Object> seen = new ArrayList<>();
        for (String text : List.of("SELECT * FROM dbo.nothing", "RAISERROR('bad', 16, 3)", "DROP ROLE nobody")) {
            try {
                statement.execute(text);
            } catch (SQLException error) {
                seen.add(List.of(error.getErrorCode(), error.getSQLState(), error.getMessage()));
            }
        }
        try (PreparedStatement select = connection.prepareStatement("SELECT * FROM dbo.nothing WHERE n = ?")) {
            for (int time = 1; time <= 3; time++) {
                select.setInt(1, time);
                try {
                    select.executeQuery();
                } catch (SQLException error) {
                    seen.add(error.getErrorCode());
                }
            }
        }
        seen.add(one(statement, "SELECT 'and on'"));
        return seen;
    }

    private static List<?> transaction(Connection connection, Statement statement) throws SQLException {
        List<Object> seen = new ArrayList<>();
        statement.execute("CREATE TABLE dbo.w (n int)");
        connection.setAutoCommit(false);
        statement.executeUpdate("INSERT INTO dbo.w (n) VALUES (1)");
        connection.rollback();
        seen.add(one(statement, "SELECT COUNT(*) FROM dbo.w"));
        statement.executeUpdate("INSERT INTO dbo.w (n) VALUES (2)");
        connection.commit();
        connection.setAutoCommit(true);
        seen.add(one(statement, "SELECT COUNT(*) FROM dbo.w"));
        seen.add(one(statement, "SELECT @@TRANCOUNT"));
        statement.execute("DROP TABLE dbo.w");
        return seen;
    }

    private static List<?> callable(Connection connection, Statement statement) throws SQLException {
        List<Object> seen = new ArrayList<>();
        statement.execute("CREATE PROCEDURE dbo.twice @n int, @twice int OUTPUT AS SET @twice = @n * 2");
        try (CallableStatement call = connection.prepareCall("{call dbo.twice(?, ?)}")) {
            for (int n = 20; n <= 22; n++) {
                call.setInt(1, n);
                call.registerOutParameter(2, Types.INTEGER);
                call.execute();
                seen.add(call.getInt(2));
            }
        }
        statement.execute("DROP PROCEDURE dbo.twice");
        return seen;
    }

    private static Object one(Statement statement, String text) throws SQLException {
        try (ResultSet rows = statement.executeQuery(text)) {
            return rows.next() ? rows.getObject(1) : null;
        }
    }

    private static String json(Object value) {
        if (value instanceof Map<?, ?> map)
            return map.entrySet().stream().map(entry -> json(entry.getKey()) + ":" + json(entry.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
        if (value instanceof List<?> list)
            return list.stream().map(Main::json).collect(Collectors.joining(",", "[", "]"));
        if (!(value instanceof String text)) return String.valueOf(value);
        StringBuilder quoted = new StringBuilder("\"");
        // Nothing but ASCII, so that no console's coding matters.
        for (char each : text.toCharArray())
            quoted.append(each < ' ' || each > '~' || each == '"' || each == '\\' ? String.format("\\u%04x", (int) each) : each);
        return quoted.append('"').toString();
    }
}

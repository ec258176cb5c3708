import io.trino.Session;
import io.trino.plugin.memory.MemoryPlugin;
import io.trino.plugin.tpch.TpchPlugin;
import io.trino.testing.DistributedQueryRunner;
import io.trino.testing.LocalSpoolingManager.LocalSpoolingPlugin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static io.trino.testing.TestingSession.testSessionBuilder;

/** A real Trino coordinator with tpch, memory and spooled results on the local disk. Arguments: port, file to make when ready. */
public class Main
{
    public static void main(String[] args)
            throws Exception
    {
        Session session = testSessionBuilder().setCatalog("tpch").setSchema("tiny").build();
        // The builder's own withProtocolSpooling() would switch inlining off.
        DistributedQueryRunner runner = DistributedQueryRunner.builder(session)
                .setWorkerCount(0) // the coordinator alone
                .addExtraProperty("http-server.http.port", args[0])
                .addExtraProperty("node-scheduler.include-coordinator", "true")
                .addExtraProperty("protocol.spooling.enabled", "true")
                .addExtraProperty("protocol.spooling.retrieval-mode", "coordinator_proxy")
                .addExtraProperty("protocol.spooling.shared-secret-key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
                .setAdditionalSetup(setup -> {
                    setup.installPlugin(new LocalSpoolingPlugin());
                    ((DistributedQueryRunner) setup).loadSpoolingManager("test-local", Map.of());
                })
                .build();
        runner.installPlugin(new TpchPlugin());
        runner.createCatalog("tpch", "tpch", Map.of("tpch.splits-per-node", "4"));
        runner.installPlugin(new MemoryPlugin());
        runner.createCatalog("memory", "memory", Map.of("memory.max-data-per-node", "512MB"));
        // The server swallows System.out, and /v1/info is ready before the catalogs are.
        Files.createFile(Path.of(args[1]));
        Thread.currentThread().join();
    }
}

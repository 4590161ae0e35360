import { openAudit } from "@mcp-trail/audit";
import { kafkaSink } from "@mcp-trail/sinks/kafka";

/** Delivers a hundred events to the broker and the topic given; run by a test that watches its stdout. */
const [brokers = "", topic = ""] = process.argv.slice(2);
const dead = "127.0.0.1:1";
const audit = openAudit({
	service: "quiet",
	// A dead address first, so that kafkajs has something to complain about.
	sinks: [
		kafkaSink({
			brokers: [dead, ...brokers.split(",")],
			topic,
			minInSyncReplicas: 1,
			onWarn: () => undefined,
		}),
	],
});
await audit.ready;
for (let n = 0; n < 100; n++) audit.record({ type: "ext.com.example.paid", severity: "low" });
await audit.flush(AbortSignal.timeout(30_000));
await audit.close();

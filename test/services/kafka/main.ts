import { parseArgs } from "node:util";
import { KAFKA_VERSION } from "./distribution.ts";
import { createTopic } from "./topics.ts";
import { startKafka } from "./start.ts";

const usage = `Starts a real Apache Kafka ${KAFKA_VERSION} on this machine until Ctrl-C.

  npm run kafka [-- --brokers 1|3] [--port <first port>] [--folder <data folder>]

  --brokers  one broker (default), or a cluster of three on neighbouring ports
  --port     the first broker's port (default 9092)
  --folder   keep the data there; by default it is removed at the end
`;

const TOPIC = "mcp.audit.events.v1";

async function main(): Promise<number> {
	const { values } = parseArgs({
		options: {
			brokers: { type: "string", default: "1" },
			port: { type: "string", default: "9092" },
			folder: { type: "string" },
			help: { type: "boolean", short: "h" },
		},
	});
	if (values.help) {
		console.log(usage);
		return 0;
	}
	const brokers = Number(values.brokers);
	const port = Number(values.port);
	if (brokers !== 1 && brokers !== 3) throw new Error("--brokers takes 1 or 3");
	if (!Number.isInteger(port) || port < 1 || port > 65_000)
		throw new Error("--port takes 1..65000");

	// Listened for from the start, so that Ctrl-C while it starts stops what runs by then.
	const stopped = new Promise<void>((resolve) => {
		for (const name of ["SIGINT", "SIGTERM"]) {
			process.once(name, () => {
				resolve();
			});
		}
	});
	console.log(`Starting Apache Kafka ${KAFKA_VERSION} (the first start fetches 44 MB by Maven) …`);
	const kafka = await startKafka({
		brokers,
		ports: Array.from({ length: brokers }, (_, index) => port + index),
		...(values.folder === undefined ? {} : { folder: values.folder }),
	});
	await createTopic(kafka.brokers, TOPIC, { partitions: 12, replicas: brokers });
	console.log(`
Apache Kafka ${kafka.version} is ready: ${kafka.bootstrap}
The topic ${TOPIC} is there. Data and logs: ${kafka.folder}

Try, in another terminal:
  KAFKA_BROKERS=${kafka.bootstrap} npm run demo        deliver to it and verify what a consumer reads

Ctrl-C stops it.`);
	await stopped;
	console.log("\nStopping …");
	await kafka.close();
	return 0;
}

try {
	process.exitCode = await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}

import { afterAll, beforeAll, inject } from "vitest";
import { type KafkaOptions, type RunningKafka, startKafka } from "./start.ts";

/** False only where Java or Maven is missing and the caller has said to go on without. */
export const kafkaRuns = inject("kafkaNotRun") === "";

/** Starts a broker of its own for the suite around it and says which release answers. */
export function useKafka(options: KafkaOptions = {}): () => RunningKafka {
	let running: RunningKafka | undefined;
	beforeAll(async () => {
		running = await startKafka(options);
		const { version, brokers, bootstrap } = running;
		const nodes = brokers.length === 1 ? "1 broker" : `${brokers.length} brokers`;
		console.log(`\n**** Apache Kafka ${version} (KRaft, ${nodes}) runs at ${bootstrap}`);
	});
	afterAll(async () => running?.close());
	return () => {
		if (!running) throw new Error("the broker did not start");
		return running;
	};
}

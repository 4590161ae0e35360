import type { SinkError } from "@mcp-trail/audit";
import { type Destination, sinkError } from "./sink-error.ts";

/** What is known of a topic. */
export interface TopicFacts {
	readonly partitions: number;
	/** The lowest of its partitions. */
	readonly replicas: number;
	/** Undefined: this principal may not read it (DescribeConfigs on the topic). */
	readonly config?: Readonly<Record<string, string>> | undefined;
}

/** Looks a topic up; undefined: there is none. */
export type InspectTopic = (topic: string, signal: AbortSignal) => Promise<TopicFacts | undefined>;

/** What a topic must offer. */
export interface TopicNeeds extends Destination {
	readonly minInSyncReplicas: number;
	readonly maxRequestBytes: number;
}

/** What is wrong with a topic, and what is worth a word. */
export interface TopicReport {
	readonly error?: SinkError;
	readonly warnings: readonly string[];
}

/** Judges a topic: acks = all is worth no more than the replicas that must be in sync. */
export function judgeTopic(facts: TopicFacts | undefined, needs: TopicNeeds): TopicReport {
	const { topic, minInSyncReplicas: needed } = needs;
	if (!facts) {
		return failed(
			"topic_missing",
			`Topic ${topic} does not exist. Create it: ${createCommand(needs)}`,
		);
	}
	const { replicas, config } = facts;
	if (replicas < needed) {
		return failed(
			"topic_replication",
			`Topic ${topic} has replication factor ${replicas}, too few for ${needed} replicas in sync: a broker that is lost takes acknowledged events with it. Create it anew: ${createCommand(needs)} — or say \`minInSyncReplicas: ${replicas}\` where that is meant (development).`,
		);
	}
	if (!config) {
		return {
			warnings: [
				`The settings of topic ${topic} cannot be read (grant DescribeConfigs on it), so min.insync.replicas is not checked.`,
			],
		};
	}
	const inSync = Number(config["min.insync.replicas"]);
	if (inSync > replicas) {
		return failed(
			"topic_replication",
			`Topic ${topic} asks for ${inSync} replicas in sync and has ${replicas}. Set min.insync.replicas to ${Math.max(1, replicas - 1)}: ${alterCommand(needs, Math.max(1, replicas - 1))}`,
		);
	}
	if (inSync < needed) {
		return failed(
			"topic_replication",
			`Topic ${topic} has min.insync.replicas ${inSync}, so that an event counts as delivered with ${inSync} copy; this sink wants ${needed}. Set it: ${alterCommand(needs, needed)} — or say \`minInSyncReplicas: ${inSync}\` where that is meant (development).`,
		);
	}
	if (config["cleanup.policy"]?.includes("compact")) {
		return failed(
			"topic_compacted",
			`Topic ${topic} is compacted: all but the last event of each key would be removed. Set cleanup.policy to delete.`,
		);
	}
	return { warnings: [...advice(facts, config, needs)] };
}

function* advice(
	{ replicas }: TopicFacts,
	config: Readonly<Record<string, string>>,
	{ topic, maxRequestBytes }: TopicNeeds,
): Generator<string> {
	const inSync = Number(config["min.insync.replicas"]);
	if (replicas === inSync && replicas > 1) {
		yield `Topic ${topic} needs all of its ${replicas} replicas in sync: delivery stops while one broker is down.`;
	}
	if (config["unclean.leader.election.enable"] === "true") {
		yield `Topic ${topic} allows unclean leader election, which can remove acknowledged events.`;
	}
	const limit = Number(config["max.message.bytes"]);
	if (limit < maxRequestBytes) {
		yield `Topic ${topic} has max.message.bytes ${limit}, below the ${maxRequestBytes} of a full batch: such a batch is refused and sent in halves.`;
	}
}

function failed(code: string, message: string): TopicReport {
	return { error: sinkError(code, "hold", message), warnings: [] };
}

function createCommand({ brokers, topic, minInSyncReplicas }: TopicNeeds): string {
	const replicas = minInSyncReplicas === 1 ? 1 : minInSyncReplicas + 1;
	return `kafka-topics.sh --bootstrap-server ${brokers} --create --topic ${topic} --partitions 12 --replication-factor ${replicas} --config min.insync.replicas=${minInSyncReplicas}`;
}

function alterCommand({ brokers, topic }: TopicNeeds, inSync: number): string {
	return `kafka-configs.sh --bootstrap-server ${brokers} --alter --topic ${topic} --add-config min.insync.replicas=${inSync}`;
}

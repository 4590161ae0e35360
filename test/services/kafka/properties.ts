/** One node of the cluster: it is broker and controller at once. */
export interface NodeAddress {
	readonly id: number;
	/** Port for clients. */
	readonly port: number;
	/** Port of the controller quorum. */
	readonly controllerPort: number;
	/** Further ports for clients, by the protocol spoken there, such as `SASL_SSL`. */
	readonly secured?: Readonly<Record<string, number>>;
}

/** Writes the `server.properties` of one node; `extra` wins over what stands here. */
export function serverProperties(
	node: NodeAddress,
	cluster: readonly NodeAddress[],
	dataFolder: string,
	extra: Readonly<Record<string, string>> = {},
): string {
	const several = cluster.length > 1;
	const replicas = String(Math.min(cluster.length, 3));
	const secured = Object.entries(node.secured ?? {});
	const clients = [["PLAINTEXT", node.port] as const, ...secured]
		.map(([protocol, port]) => `${protocol}://127.0.0.1:${port}`)
		.join(",");
	const protocols = ["PLAINTEXT", ...secured.map(([protocol]) => protocol)]
		.map((protocol) => `${protocol}:${protocol}`)
		.join(",");
	const settings: Record<string, string> = {
		"process.roles": "broker,controller",
		"node.id": String(node.id),
		"controller.quorum.voters": cluster
			.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`)
			.join(","),
		listeners: `${clients},CONTROLLER://127.0.0.1:${node.controllerPort}`,
		"advertised.listeners": clients,
		"controller.listener.names": "CONTROLLER",
		"inter.broker.listener.name": "PLAINTEXT",
		"listener.security.protocol.map": `CONTROLLER:PLAINTEXT,${protocols}`,
		"log.dirs": dataFolder,
		"num.partitions": "6",
		"auto.create.topics.enable": "false",
		"default.replication.factor": replicas,
		"min.insync.replicas": several ? "2" : "1",
		"offsets.topic.num.partitions": "1",
		"offsets.topic.replication.factor": replicas,
		"transaction.state.log.num.partitions": "1",
		"transaction.state.log.replication.factor": replicas,
		"transaction.state.log.min.isr": several ? "2" : "1",
		"share.coordinator.state.topic.replication.factor": replicas,
		"share.coordinator.state.topic.min.isr": several ? "2" : "1",
		"group.initial.rebalance.delay.ms": "0",
		// After kill -9 the controller refuses a node until its old session ends: 9 s by default.
		"broker.session.timeout.ms": several ? "2000" : "1000",
		"broker.heartbeat.interval.ms": several ? "400" : "200",
		...(several ? { "replica.lag.time.max.ms": "5000" } : {}),
		...extra,
	};
	return Object.entries(settings)
		.map(([name, value]) => `${name}=${value}\n`)
		.join("");
}

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import kafkajs, { type Admin } from "kafkajs";
import { makePki } from "../syslog/pki.ts";
import { kafkaJars } from "./distribution.ts";
import { freePorts } from "./ports.ts";
import { type RunningKafka, startKafka } from "./start.ts";

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const run = promisify(execFile);

/** What a principal may do with a topic, or is denied. */
interface Rule {
	readonly user: string;
	readonly topic: string;
	readonly operation: "DESCRIBE" | "DESCRIBE_CONFIGS" | "IDEMPOTENT_WRITE" | "WRITE";
	/** @default "ALLOW" */
	readonly permission?: "ALLOW" | "DENY";
}

/** One broker that asks who its clients are and what they may do; only its plaintext port, the suite's own, asks nothing. */
export interface SecuredKafka extends RunningKafka {
	readonly ports: { readonly saslSsl: number; readonly ssl: number };
	/** Where the certificates of `makePki` are. */
	readonly pki: string;
	/** The text of one of them. */
	pem(file: string): Promise<string>;
	/** Gives a user of SCRAM-SHA-512 another password, as an operator does. */
	setPassword(user: string, password: string): Promise<void>;
	allow(...rules: readonly Rule[]): Promise<void>;
	/** Takes back every rule about a user and a topic. */
	forget(user: string, topic: string): Promise<void>;
}

const PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
const SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule";

/** Starts it with the users of SCRAM-SHA-512 and of PLAIN that are given, passwords by name; nobody may do anything yet. */
export async function startSecuredKafka(users: {
	readonly scram: Readonly<Record<string, string>>;
	readonly plain: Readonly<Record<string, string>>;
}): Promise<SecuredKafka> {
	const pki = await mkdtemp(join(tmpdir(), "mcp-trail-kafka-pki-"));
	await makePki(pki);
	const pem = async (file: string): Promise<string> => readFile(join(pki, file), "utf8");
	await writeFile(
		join(pki, "broker.pem"),
		`${await pem("server.key")}${await pem("server.pem")}${await pem("ca.pem")}`,
	);
	const [saslSsl = 0, ssl = 0] = await freePorts(2);
	const plain = Object.entries(users.plain).map(([name, word]) => ` user_${name}="${word}"`);
	const kafka = await startKafka({
		users: users.scram,
		secured: { SASL_SSL: saslSsl, SSL: ssl },
		properties: {
			"sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
			"listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": `${SCRAM} required;`,
			"listener.name.sasl_ssl.plain.sasl.jaas.config": `${PLAIN} required${plain.join("")};`,
			"ssl.keystore.type": "PEM",
			"ssl.keystore.location": join(pki, "broker.pem"),
			"ssl.truststore.type": "PEM",
			"ssl.truststore.location": join(pki, "ca.pem"),
			"listener.name.ssl.ssl.client.auth": "required",
			"ssl.principal.mapping.rules": "RULE:^(?:.*,)?CN=([^,]+).*$/$1/,DEFAULT",
			"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
			"super.users": "User:ANONYMOUS",
		},
	});
	const brokers = [...kafka.brokers];
	const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
	await admin.connect();
	return {
		...kafka,
		ports: { saslSsl, ssl },
		pki,
		pem,
		setPassword: async (user, password) => {
			const jvm = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", join(await kafkaJars(), "*")];
			const alter = ["--bootstrap-server", kafka.bootstrap, "--alter", "--entity-type", "users"];
			const config = [
				"--entity-name",
				user,
				"--add-config",
				`SCRAM-SHA-512=[password=${password}]`,
			];
			await run("java", [...jvm, "kafka.admin.ConfigCommand", ...alter, ...config]);
		},
		allow: async (...rules) => {
			await admin.createAcls({ acl: rules.map(entry) });
		},
		forget: async (user, topic) => forget(admin, user, topic),
		close: async () => {
			await admin.disconnect();
			await kafka.close();
			await rm(pki, { recursive: true, force: true });
		},
	};
}

const entry = ({ user, topic, operation, permission = "ALLOW" }: Rule) => ({
	...(operation === "IDEMPOTENT_WRITE"
		? { resourceType: AclResourceTypes.CLUSTER, resourceName: "kafka-cluster" }
		: { resourceType: AclResourceTypes.TOPIC, resourceName: topic }),
	resourcePatternType: ResourcePatternTypes.LITERAL,
	principal: `User:${user}`,
	host: "*",
	operation: AclOperationTypes[operation],
	permissionType: AclPermissionTypes[permission],
});

async function forget(admin: Admin, user: string, topic: string): Promise<void> {
	await admin.deleteAcls({
		filters: [
			{
				resourceType: AclResourceTypes.TOPIC,
				resourceName: topic,
				resourcePatternType: ResourcePatternTypes.LITERAL,
				principal: `User:${user}`,
				host: "*",
				operation: AclOperationTypes.ANY,
				permissionType: AclPermissionTypes.ANY,
			},
		],
	});
}

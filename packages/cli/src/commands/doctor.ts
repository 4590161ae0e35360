import { hookMechanism, NodeConfigError, readConfig, readEnv, trailDir } from "@mcp-trail/node";
import { lookAtApp } from "../doctor/app.ts";
import { counted, type Finding, findings } from "../doctor/finding.ts";
import { notSeen } from "../doctor/not-seen.ts";
import { lookAtSinks } from "../doctor/sinks.ts";
import { lookAtKeys, lookAtTrail } from "../doctor/trail.ts";
import { escape } from "../escape.ts";
import type { ExitCode, Io } from "../io.ts";

/** Options of `mcp-trail doctor`. */
export interface DoctorCommandOptions {
	/** Goes over `MCP_TRAIL_CONFIG`. */
	readonly config?: string;
	/** False: no sink is opened. @default true */
	readonly probe?: boolean;
	/** @default 10_000 */
	readonly timeoutMs?: number;
	readonly json?: boolean;
}

const config = findings("config");

type Config = ReturnType<typeof readConfig>;

/** Says what zero-code set-up would do for an application: what it hooks, by which configuration, and whether that works. */
export async function doctor(
	app: string,
	options: DoctorCommandOptions,
	io: Io,
): Promise<ExitCode> {
	const { timeoutMs = 10_000, probe = true } = options;
	const env = {
		...readEnv(io.env.variables ?? {}),
		...(options.config !== undefined && { config: options.config }),
	};
	const mechanism = hookMechanism();
	const { sdks, findings: ofApp } = await lookAtApp(app);
	const found: Finding[] = [
		findings("node").ok(
			`Node ${process.version}: ES modules are hooked by ${mechanism}${where[mechanism]}; CommonJS is hooked in the application's thread.`,
		),
		...ofApp,
	];
	const held = readHeld(env, found);
	if (held !== undefined) {
		found.push(
			lookAtKeys(held.digestKeyFile),
			...(await lookAtTrail(trailDir(held), held.trail ?? {})),
		);
		if (probe) found.push(...(await lookAtSinks(held.sinks, { timeoutMs, signal: io.signal })));
	}
	const isFaulty = found.some(({ status }) => status === "fault");
	const exitCode = held === undefined ? 2 : isFaulty ? 1 : 0;
	if (options.json === true) {
		const { source, digest } = held ?? {};
		const told = {
			node: { version: process.version, mechanism },
			sdks,
			...(held && { config: { source, digest, trail: trailDir(held) } }),
			findings: found,
			not_seen: notSeen,
			exit_code: exitCode,
		};
		await io.stdout.write(`${JSON.stringify(told)}\n`);
		return exitCode;
	}
	for (const { status, area, says } of found)
		await io.stdout.write(`${marks[status]} ${area.padEnd(7)}${paragraph(says)}\n`);
	await io.stdout.write(`\n${verdict(found)}\n\nNot seen by zero code:\n`);
	for (const one of notSeen) await io.stdout.write(`- ${one}\n`);
	return exitCode;
}

/** Where ES modules are then hooked. */
const where: Readonly<Record<ReturnType<typeof hookMechanism>, string>> = {
	"module.registerHooks": ", in the application's thread",
	"fs.promises.readFile":
		", in the application's thread as Node's loader reads them, or where another's hooks have a thread, by module.register in that one",
	"module.register": ", in a thread of their own",
};

const marks: Readonly<Record<Finding["status"], string>> = {
	ok: "ok     ",
	warning: "warning",
	fault: "FAULT  ",
};

/** What has lines keeps them, below the first. */
const paragraph = (says: string): string =>
	says
		.split("\n")
		.map((line) => escape(line, 2_048))
		.join(`\n${" ".repeat(15)}`);

/** All of it in one line. */
function verdict(found: readonly Finding[]): string {
	const said = (["fault", "warning"] as const).flatMap((one) => {
		const { length } = found.filter(({ status }) => status === one);
		return length === 0 ? [] : [counted(length, marks[one].trimEnd())];
	});
	return said.length === 0 ? "All well." : `${said.join(", ")}.`;
}

function readHeld(env: Parameters<typeof readConfig>[0], found: Finding[]): Config | undefined {
	try {
		if (env?.enabled === "false")
			found.push(
				config.warning(
					"MCP_TRAIL_ENABLED=false: nothing is set up in a process with these variables.",
				),
			);
		const held = readConfig(env);
		const file = env?.config ?? "mcp-trail.config.json";
		const from = {
			file,
			env: "MCP_TRAIL_* variables",
			file_and_env: `${file}, with MCP_TRAIL_* variables over it`,
		}[held.source];
		found.push(
			config.ok(
				`${from === undefined ? "Nothing is configured: defaults hold" : `Configured by ${from}`}. trail.started will have its digest, ${held.digest}.`,
			),
		);
		if (held.ignored.length > 0)
			found.push(
				config.warning(
					`${held.ignored.join(", ")} of ${file} is not taken: the file was merely found. Name it with MCP_TRAIL_CONFIG to take all.`,
				),
			);
		return held;
	} catch (error) {
		if (!(error instanceof Error) || error.name !== NodeConfigError.name) throw error;
		found.push(config.fault(`${error.message}\nNothing would be recorded.`));
		return undefined;
	}
}

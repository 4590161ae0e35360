import type { Audit, AuditOptions, Sink } from "@mcp-trail/audit";
import {
	type Instrumentation,
	instrumentation,
	measureAudit,
	type InstrumentationOptions,
	operatingSystemUser,
} from "@mcp-trail/mcp";
import { watchProcessHttp } from "@mcp-trail/mcp/http";
import { auditOptions } from "./audit-options.ts";
import { tellConfigChanged } from "./config/changed.ts";
import { configOf } from "./config/environment.ts";
import type { ReadConfig } from "./config/read-config.ts";
import { watchEndings } from "./endings.ts";
import type { Env } from "./env.ts";
import { classWatcher } from "./hook/classes.ts";
import { installHooks } from "./hook/install.ts";
import { onLoaded } from "./hook/loaded.ts";
import { member } from "./hook/loose.ts";
import { isSetUp, processPipeline } from "./pipeline.ts";
import { messageOf, say } from "./say.ts";
import { trailDir } from "./trail-dir.ts";
import { loadTraces, type Traces } from "./traces.ts";

/** Sets the process up; what is wrong is said on standard error, and the application runs as it is. Never rejects. */
export async function register(env: Env): Promise<void> {
	if (env.enabled === "false" || isSetUp()) return;
	try {
		const config = await configOf(env);
		if (config.ignored.length > 0) say(notTaken(config.ignored));
		const options = auditOptions(config, await sinksOf(config));
		const traces = await loadTraces(config.traces ?? true, options.service);
		await hook(options, instrumentationOf(config), traces, (audit) => {
			const { service } = options;
			void tellConfigChanged(audit, { ...config, service, dir: trailDir(config) });
		});
	} catch (error) {
		say(`${messageOf(error)}\nNothing is recorded; the application runs without it.`);
	}
}

/** What knows the destinations is loaded where there is one. */
async function sinksOf({ sinks }: ReadConfig): Promise<readonly Sink[]> {
	if (sinks === undefined) return [];
	const { openSinks } = await import("@mcp-trail/sinks/config");
	return openSinks(sinks, { onWarn: say });
}

const notTaken = (settings: readonly string[]): string =>
	`${settings.join(", ")} of mcp-trail.config.json is not taken, since the working folder may be anybody's; its names and labels hold. Name the file to take all: MCP_TRAIL_CONFIG=/path/to/mcp-trail.config.json`;

type Instrumenting = Omit<InstrumentationOptions, "audit">;

function instrumentationOf({ extension = false, instrumentation: how }: ReadConfig): Instrumenting {
	const { operatingSystemUser: namesUser = false, ...rest } = how ?? {};
	return { extension, ...rest, ...(namesUser && { identify: operatingSystemUser }) };
}

/** What a module that serves MCP exports. */
const servers = ["McpServer", "Server"];

async function hook(
	options: AuditOptions,
	how: Instrumenting,
	traces: Traces,
	onOpened: (audit: Audit) => void,
): Promise<void> {
	let watched: ReturnType<typeof watchEndings> | undefined;
	// A process without MCP keeps its signals to itself.
	const endings = (): ReturnType<typeof watchEndings> =>
		(watched ??= watchEndings({
			flush: async () => void (await Promise.allSettled([pipeline.flush(), traces.flush()])),
			closeTrail: pipeline.close,
			closeSync: pipeline.closeSync,
			close: async () => {
				const [, sent] = await Promise.allSettled([pipeline.close(), inTime(traces.shutdown())]);
				return sent.status === "rejected" || sent.value;
			},
		}));
	const pipeline = processPipeline(options, () => void endings(), onOpened);
	let made: Instrumentation | undefined;
	const instrument = (): Instrumentation =>
		(made ??= instrumentation({ audit: pipeline.audit() ?? false, ...how }));
	const watchClasses = classWatcher(
		guarded((peer, role) => void instrument()[role](peer)),
		guarded((transport, role, peer) => {
			traces.start();
			// The trail's own metrics, from now on and not from the first request.
			const audit = pipeline.audit();
			if (audit !== undefined) measureAudit(audit);
			if (role === "server") endings()(transport, peer);
		}),
	);
	let isServed = false;
	onLoaded((exports) => {
		watchClasses(exports);
		if (isServed || !servers.some((name) => member(exports, name) !== undefined)) return;
		isServed = true;
		watchProcessHttp({
			...(how.trustedProxies !== undefined && { trustedProxies: how.trustedProxies }),
			...(how.forwardedHeader !== undefined && { forwardedHeader: how.forwardedHeader }),
			audit: (isNeeded) => (isNeeded ? pipeline.audit() : pipeline.opened()),
			onWarning: ({ message }) => say(message),
		});
	});
	await installHooks();
}

/** What fails is said once, and never reaches the host. */
function guarded<A extends readonly unknown[]>(work: (...args: A) => void): (...args: A) => void {
	let said = false;
	return (...args) => {
		try {
			work(...args);
		} catch (error) {
			if (!said) say(`a client or server is not recorded: ${messageOf(error)}`);
			said = true;
		}
	};
}

const TRACES_TIMEOUT_MS = 1_900;

/** True when the work ended in time: an exporter without a receiver takes longer. */
async function inTime(work: Promise<void>): Promise<boolean> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<boolean>((resolve) => {
		timer = setTimeout(() => resolve(false), TRACES_TIMEOUT_MS);
	});
	const done = async (): Promise<boolean> => {
		await work;
		return true;
	};
	return Promise.race([done(), late]).finally(() => clearTimeout(timer));
}

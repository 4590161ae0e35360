import {
	auth,
	Client,
	computeScopeUnion,
	extractWWWAuthenticateParams,
	isStrictScopeSuperset,
	StreamableHTTPClientTransport,
	type ClientCapabilities,
	type OAuthDiscoveryState,
	type StoredOAuthClientInformation,
	type StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import { z } from "zod";
import { grantOf, type Grant } from "./client-v2-grants.ts";
import { useSkills } from "./client-v2-skills.ts";
import { instrumented } from "./instrumented.ts";
import { authorizing, oauthState, type Fetch } from "./oauth.ts";
import { play, saw, type Scenario } from "./scenario.ts";

const trail = await instrumented();

const client = (mode: "legacy" | "auto", capabilities: ClientCapabilities = {}) =>
	trail.client(
		new Client(
			{ name: "everything-v2", version: "1.0.0" },
			{ capabilities, versionNegotiation: { mode } },
		),
	);

/** The state with what this generation adds: discovery is kept, and asked for anew when a token is refused. */
function oauthWithDiscovery() {
	const state = oauthState<StoredOAuthClientInformation, StoredOAuthTokens>("everything-v2");
	let discovery: OAuthDiscoveryState | undefined;
	const provider = {
		...state.provider,
		discoveryState: () => discovery,
		saveDiscoveryState(discovered: OAuthDiscoveryState) {
			discovery = discovered;
		},
		invalidateCredentials(scope: "all" | "client" | "tokens" | "verifier" | "discovery") {
			if (scope === "all" || scope === "discovery") discovery = undefined;
			state.provider.invalidateCredentials(scope);
		},
	};
	return { provider, callback: state.callback };
}

function fetchWithOAuth({ url, context }: Scenario): Fetch {
	const { provider, callback } = oauthWithDiscovery();
	if (typeof context["client_id"] === "string") {
		provider.saveClientInformation({
			client_id: context["client_id"],
			client_secret: String(context["client_secret"]),
		});
	}
	return authorizing(
		trail.fetch,
		() => provider.tokens()?.access_token,
		async (challenge) => {
			const { resourceMetadataUrl, scope: challenged } = extractWWWAuthenticateParams(challenge);
			const granted = provider.tokens()?.scope;
			const stepUp = challenge.status === 403;
			const scope = stepUp ? computeScopeUnion(granted, challenged) : challenged;
			if (!stepUp) provider.invalidateCredentials("discovery");
			const request = {
				serverUrl: url,
				fetchFn: trail.fetch,
				...(resourceMetadataUrl && { resourceMetadataUrl }),
				...(scope !== undefined && { scope }),
			};
			const forceReauthorization = isStrictScopeSuperset(scope, granted);
			if ((await auth(provider, { ...request, forceReauthorization })) === "AUTHORIZED") return;
			const { authorizationCode, iss } = callback();
			await auth(provider, { ...request, authorizationCode, ...(iss && { iss }) });
		},
	);
}

const messageSchema = z.object({ id: z.unknown(), method: z.string().optional() });
const bodyOf = (init?: RequestInit): string => (typeof init?.body === "string" ? init.body : "{}");

/** Answers `server/discover` for those of the suite's servers that speak 2026-07-28 but cannot be asked. */
const fetchWithDiscovery: Fetch = async (input, init) => {
	const message = messageSchema.parse(JSON.parse(bodyOf(init)));
	if (message.method !== "server/discover") return trail.fetch(input, init);
	const result = {
		resultType: "complete",
		ttlMs: 0,
		cacheScope: "private",
		supportedVersions: ["2026-07-28"],
		capabilities: { tools: {}, resources: {}, prompts: {} },
	};
	return Response.json({ jsonrpc: "2.0", id: message.id, result });
};

async function connect(scenario: Scenario, peer: Client, fetch?: Fetch): Promise<void> {
	await peer.connect(
		new StreamableHTTPClientTransport(scenario.url, { fetch: fetch ?? trail.fetch }),
	);
	saw("connected", [peer.getNegotiatedProtocolVersion(), peer.getServerVersion()]);
}

const call = async (peer: Client, name: string, args: Record<string, unknown>): Promise<void> => {
	try {
		saw(name, await peer.callTool({ name, arguments: args }));
	} catch (error) {
		saw(`${name} failed`, String(error));
	}
};

async function callFirstTool(peer: Client): Promise<void> {
	const { tools } = await peer.listTools();
	saw("tools", tools);
	const [tool] = tools;
	if (tool !== undefined) {
		const args = tool.name === "add_numbers" ? { a: 5, b: 3 } : {};
		saw(tool.name, await peer.callTool({ name: tool.name, arguments: args }));
	}
	await peer.close();
}

async function useFirstTool(scenario: Scenario, peer: Client, fetch?: Fetch): Promise<void> {
	await connect(scenario, peer, fetch);
	await callFirstTool(peer);
}

/** Lets the transport authorize by itself; where a user has to consent, it connects once more with the code. */
async function useGrant(scenario: Scenario, peer: Client, grant: Grant): Promise<void> {
	const { provider: authProvider, callback } = grant;
	const transport = () =>
		new StreamableHTTPClientTransport(scenario.url, { authProvider, fetch: trail.fetch });
	if (callback) {
		const first = transport();
		try {
			await peer.connect(first);
		} catch (error) {
			saw("asked to authorize", String(error));
			const { authorizationCode, iss } = callback();
			await first.finishAuth(authorizationCode, iss);
			await first.close();
		}
	}
	await peer.connect(transport());
	saw("connected", [peer.getNegotiatedProtocolVersion(), peer.getServerVersion()]);
	await callFirstTool(peer);
}

async function loadSkills(scenario: Scenario, peer: Client): Promise<void> {
	await connect(scenario, peer);
	await useSkills(peer, scenario.name !== "sep-2640-client-no-prefetch");
	await peer.close();
}

async function useEverything(scenario: Scenario, peer: Client): Promise<void> {
	await connect(scenario, peer, fetchWithDiscovery);
	const [tool] = (await peer.listTools()).tools;
	if (tool) saw("tool", await peer.callTool({ name: tool.name, arguments: {} }));
	const [resource] = (await peer.listResources()).resources;
	if (resource) saw("resource", await peer.readResource({ uri: resource.uri }));
	const [prompt] = (await peer.listPrompts()).prompts;
	if (prompt) saw("prompt", await peer.getPrompt({ name: prompt.name, arguments: {} }));
	await peer.close();
}

const callsSchema = z.array(
	z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }),
);

/** Makes the calls that the suite's context names, or else calls every tool that the client lists. */
async function useTools(scenario: Scenario, peer: Client): Promise<void> {
	await connect(scenario, peer, fetchWithDiscovery);
	const { tools } = await peer.listTools();
	saw("tools", tools);
	const listed = tools.map(({ name }) => ({ name, arguments: { region: "us-west1" } }));
	const calls = callsSchema.parse(scenario.context["toolCalls"] ?? listed);
	for (const { name, arguments: args } of calls) await call(peer, name, args);
	await peer.close();
}

async function useRounds(scenario: Scenario, peer: Client): Promise<void> {
	await connect(scenario, peer, fetchWithDiscovery);
	for (const kind of ["echo_state", "no_state", "unrelated", "no_result_type"]) {
		await call(peer, `test_mrtr_${kind}`, {});
	}
	await peer.close();
}

async function listOnly(scenario: Scenario, peer: Client): Promise<void> {
	await connect(scenario, peer);
	saw("tools", (await peer.listTools()).tools);
	await peer.close();
}

async function echoSchema(scenario: Scenario, peer: Client): Promise<void> {
	await connect(scenario, peer);
	const { tools } = await peer.listTools();
	const schema = tools.find(({ name }) => name === "json_schema_2020_12_tool")?.inputSchema;
	await call(peer, "json_schema_echo", { schema });
	await peer.close();
}

function accepting(peer: Client, content: Record<string, boolean>): Client {
	peer.setRequestHandler("elicitation/create", () => ({ action: "accept", content }));
	return peer;
}

async function program(scenario: Scenario): Promise<void> {
	const { name, specVersion } = scenario;
	const mode = specVersion >= "2026-07-28" ? "auto" : "legacy";
	const grant = grantOf(scenario, trail.fetch);
	if (grant) return useGrant(scenario, client("auto"), grant);
	if (name.startsWith("sep-2640-")) return loadSkills(scenario, client("auto"));
	if (name.startsWith("auth/")) {
		return useFirstTool(scenario, client("auto"), fetchWithOAuth(scenario));
	}
	switch (name) {
		case "elicitation-sep1034-client-defaults":
			return useFirstTool(
				scenario,
				accepting(client(mode, { elicitation: { form: { applyDefaults: true } } }), {}),
			);
		case "request-metadata": {
			const peer = client("auto", { roots: { listChanged: true }, sampling: {}, elicitation: {} });
			await connect(scenario, peer);
			return peer.close();
		}
		case "sep-2322-client-request-state":
			return useRounds(
				scenario,
				accepting(client("auto", { elicitation: {} }), { confirmed: true }),
			);
		case "http-standard-headers":
			return useEverything(scenario, client("auto"));
		case "http-custom-headers":
		case "http-invalid-tool-headers":
			return useTools(scenario, client("auto"));
		case "json-schema-ref-no-deref":
			return listOnly(scenario, client("legacy"));
		case "json-schema-2020-12-preservation":
			return echoSchema(scenario, client(mode));
		default:
			return useFirstTool(scenario, client(mode));
	}
}

await play(program, trail.close);

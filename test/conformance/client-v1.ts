import { auth, extractWWWAuthenticateParams } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type {
	OAuthClientInformationMixed,
	OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import { ElicitRequestSchema, type ClientCapabilities } from "@modelcontextprotocol/sdk/types.js";
import { instrumented } from "./instrumented.ts";
import { authorizing, oauthState, type Fetch } from "./oauth.ts";
import { play, saw, type Scenario } from "./scenario.ts";

const trail = await instrumented();

const client = (capabilities: ClientCapabilities = {}) =>
	trail.client(new Client({ name: "everything-v1", version: "1.0.0" }, { capabilities }));

const fetchWithOAuth = ({ url, context }: Scenario) => {
	const state = oauthState<OAuthClientInformationMixed, OAuthTokens>("everything-v1");
	const { provider } = state;
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
			const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(challenge);
			const request = {
				serverUrl: url,
				fetchFn: trail.fetch,
				...(resourceMetadataUrl && { resourceMetadataUrl }),
				...(scope && { scope }),
			};
			if ((await auth(provider, request)) === "AUTHORIZED") return;
			const { authorizationCode } = state.callback();
			await auth(provider, { ...request, authorizationCode });
		},
	);
};

async function use(scenario: Scenario, peer: Client, fetch?: Fetch) {
	const transport = new StreamableHTTPClientTransport(scenario.url, {
		fetch: fetch ?? trail.fetch,
	});
	await peer.connect(transport);
	saw("server", peer.getServerVersion());
	const { tools } = await peer.listTools();
	saw("tools", tools);
	const [tool] = tools;
	const echo = tools.find(({ name }) => name === "json_schema_echo");
	if (echo !== undefined) {
		const { inputSchema: schema } = tools.find(({ name }) => name !== echo.name) ?? echo;
		saw("echo", await peer.callTool({ name: echo.name, arguments: { schema } }));
	} else if (tool !== undefined) {
		const args = tool.name === "add_numbers" ? { a: 5, b: 3 } : {};
		saw("result", await peer.callTool({ name: tool.name, arguments: args }));
	}
	await peer.close();
}

async function program(scenario: Scenario): Promise<void> {
	if (scenario.name.startsWith("auth/")) {
		return use(scenario, client(), fetchWithOAuth(scenario));
	}
	if (scenario.name === "elicitation-sep1034-client-defaults") {
		const peer = client({ elicitation: { form: { applyDefaults: true } } });
		peer.setRequestHandler(ElicitRequestSchema, () => ({ action: "accept", content: {} }));
		return use(scenario, peer);
	}
	return use(scenario, client());
}

await play(program, trail.close);

import { z } from "zod";
import { oneOf, optional, takes, text, yes } from "./kinds.ts";

const MAX_LISTED = 256;

const list = <T extends z.ZodType>(item: T) =>
	z.array(item, takes("a list")).max(MAX_LISTED, takes(`at most ${MAX_LISTED}`));

const server = z.union(
	[
		z.strictObject({ id: text(512), url: z.url(takes("a URL")).max(2_048) }),
		z.strictObject({
			id: text(512),
			command: text(4_096),
			args: optional(list(z.string(takes("text")))),
		}),
	],
	takes("an id with a url, or with a command and its args"),
);

const address = z.union(
	[z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
	takes('an IP address or a network such as "10.0.0.0/8"'),
);

/** How clients and servers are instrumented: members of `instrumentation()` that are data. */
export const instrumentationSchema = z.strictObject(
	{
		inject: optional(oneOf(["spec", "all", "none"])).describe(
			"Into which requests trace context is written. Default: spec.",
		),
		trustPeerTrace: yes().describe(
			"Take a peer's trace context as parent; otherwise it becomes a link. Default: true.",
		),
		propagateBaggage: optional(
			z.union([z.boolean(), list(text(256))], takes("true, false or a list of keys")),
		).describe("Send baggage to peers and take theirs: none, these keys, or all. Default: false."),
		captureMessageContent: yes().describe(
			"Put arguments, prompts and results on spans. Default: false.",
		),
		captureErrorMessages: yes().describe("Put a peer's error text on spans. Default: false."),
		rpcStatusCodeAttribute: optional(
			oneOf(["rpc.response.status_code", "rpc.status_code"]),
		).describe(
			"What spans and metrics call the code of a JSON-RPC error. Default: rpc.response.status_code.",
		),
		servers: optional(list(server)).describe(
			"The servers that clients may reach; events say whether one is listed. Default: no list.",
		),
		trustedProxies: optional(
			z.union(
				[z.int().min(0).max(32), list(address)],
				takes("how many proxies there are, or a list of their addresses and networks"),
			),
		).describe("Proxies whose word on a client's address is taken. Default: none."),
		forwardedHeader: optional(oneOf(["forwarded", "x-forwarded-for"])).describe(
			"The one header that those proxies write. Default: x-forwarded-for.",
		),
		operatingSystemUser: yes().describe(
			"Over stdio, name the operating system's user as the one who asks, asserted. Default: false.",
		),
	},
	takes("an object"),
);

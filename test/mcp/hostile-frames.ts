import fc from "fast-check";

/** Names that mean something to the language, to the SDKs or to the format. */
const names = [
	"__proto__",
	"constructor",
	"prototype",
	"toJSON",
	"then",
	"hasOwnProperty",
	"_meta",
	"name",
	"arguments",
	"uri",
	"taskId",
	"task",
	"isError",
	"content",
	"resultType",
	"progressToken",
	"requestId",
	"cursor",
	"tools",
	"inputRequests",
	"requestState",
	"structuredContent",
] as const;
const methods = [
	"tools/call",
	"tools/list",
	"resources/read",
	"prompts/get",
	"completion/complete",
	"initialize",
	"ping",
	"logging/setLevel",
	"server/discover",
	"subscriptions/listen",
	"tasks/get",
	"tasks/update",
	"tasks/cancel",
	"roots/list",
	"sampling/createMessage",
	"elicitation/create",
	"notifications/cancelled",
	"notifications/progress",
	"notifications/message",
	"notifications/initialized",
	"notifications/tasks",
	"notifications/subscriptions/acknowledged",
	"__proto__",
	"",
] as const;

const LONG = 10_000_000;
const deep = (depth: number): unknown => {
	let value: unknown = 1;
	for (let level = 0; level < depth; level++) value = level % 2 ? { a: value } : [value];
	return value;
};

const text = fc.oneof(
	{ weight: 20, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
	{ weight: 10, arbitrary: fc.constantFrom(...names, ...methods) },
	{
		weight: 10,
		arbitrary: fc.constantFrom(
			"\u0000\u001b[2J\r\n",
			"\u202e\u2066",
			"\ud800",
			"\udc00\ud800",
			"\u{e0041}\u{e007f}",
			"https://u:p@[::1/x?token=1#f",
			"00-00000000000000000000000000000000-0000000000000000-00",
		),
	},
	{ weight: 1, arbitrary: fc.constant("x".repeat(100_000)) },
);
const scalar = fc.oneof(
	text,
	fc.constantFrom(null, true, false, -0, NaN, Infinity, -1, 1.5, 2 ** 53, 1e308),
	fc.maxSafeInteger(),
);
const value = fc.letrec<{ any: unknown }>((tie) => ({
	any: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		scalar,
		fc.array(tie("any"), { maxLength: 4 }),
		fc.dictionary(fc.oneof(fc.constantFrom(...names), text), tie("any"), { maxKeys: 5 }),
	),
})).any;
/** Rare and large: a 10 MB text, a depth of 5,000, 10,000 members. */
const large = fc
	.constantFrom(0, 1, 2)
	.map((kind) =>
		kind === 0
			? { text: "v".repeat(LONG) }
			: kind === 1
				? deep(5000)
				: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [index, index])),
	);
const anything = fc.oneof({ weight: 400, arbitrary: value }, { weight: 1, arbitrary: large });

const meta = fc.oneof(
	value,
	fc.dictionary(
		fc.constantFrom(
			"io.modelcontextprotocol/protocolVersion",
			"io.modelcontextprotocol/clientInfo",
			"io.modelcontextprotocol/clientCapabilities",
			"io.modelcontextprotocol/subscriptionId",
			"io.modelcontextprotocol/related-task",
			"io.github.mcp-trail/audit",
			"traceparent",
			"tracestate",
			"baggage",
			"progressToken",
		),
		fc.oneof(value, fc.constant("2026-07-28")),
	),
);
const params = fc.oneof(
	anything,
	fc.record(
		{
			name: fc.oneof(fc.constant("any"), anything),
			arguments: anything,
			uri: anything,
			taskId: anything,
			ref: anything,
			inputResponses: anything,
			requestState: anything,
			requestId: fc.oneof(fc.integer({ min: 0, max: 5 }), anything),
			progressToken: fc.oneof(fc.integer({ min: 0, max: 5 }), anything),
			_meta: meta,
		},
		{ requiredKeys: [] },
	),
);
const id = fc.oneof(
	{ weight: 10, arbitrary: fc.integer({ min: 0, max: 20 }) },
	{ weight: 10, arbitrary: fc.maxSafeInteger() },
	{ weight: 5, arbitrary: text },
	{ weight: 2, arbitrary: scalar },
	{ weight: 1, arbitrary: anything },
);
const method = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom(...methods) },
	{ weight: 2, arbitrary: text },
	{ weight: 1, arbitrary: anything },
);
const version = fc.oneof(
	{ weight: 20, arbitrary: fc.constant("2.0") },
	{ weight: 1, arbitrary: anything },
);

/** What a hostile peer asks. */
export const requests = fc.record(
	{ jsonrpc: version, id, method, params },
	{ requiredKeys: ["jsonrpc", "method"] },
);

/** What a hostile peer sends, whether or not it is a frame. */
export const frames = fc.oneof(
	{ weight: 10, arbitrary: requests },
	{
		weight: 2,
		arbitrary: fc.record(
			{ jsonrpc: version, id, result: anything, error: anything },
			{ requiredKeys: ["jsonrpc", "id"] },
		),
	},
	{ weight: 1, arbitrary: anything },
);

/** What a hostile server answers a request with. */
export const answers = fc.oneof(
	fc.record({
		result: fc.oneof(
			anything,
			fc.record(
				{
					content: anything,
					tools: fc.oneof(
						anything,
						fc.array(
							fc.record(
								{
									name: anything,
									inputSchema: anything,
									annotations: anything,
									description: anything,
								},
								{ requiredKeys: [] },
							),
							{ maxLength: 3 },
						),
					),
					isError: anything,
					resultType: fc.oneof(anything, fc.constantFrom("task", "input_required", "complete")),
					task: anything,
					taskId: anything,
					status: anything,
					structuredContent: anything,
					inputRequests: anything,
					requestState: anything,
					_meta: meta,
				},
				{ requiredKeys: [] },
			),
		),
	}),
	fc.record({
		error: fc.oneof(anything, fc.record({ code: scalar, message: scalar, data: anything })),
	}),
);

/** As much of it as JSON can say. */
function textOf(frame: unknown): string {
	try {
		return JSON.stringify(frame) ?? " ";
	} catch {
		return "[".repeat(20_000);
	}
}

/** A frame as bytes: as it is, cut, damaged, or no UTF-8. */
export const lines = fc
	.tuple(
		fc.oneof({ weight: 3, arbitrary: requests }, { weight: 1, arbitrary: frames }),
		fc.constantFrom("whole", "whole", "whole", "damaged", "cut"),
		fc.array(fc.tuple(fc.nat(), fc.integer({ min: 128, max: 255 })), {
			minLength: 1,
			maxLength: 3,
		}),
	)
	.map(([frame, how, damage]) => {
		const bytes = Buffer.from(textOf(frame));
		if (how === "damaged") for (const [at, byte] of damage) bytes[at % bytes.length] = byte;
		return Buffer.concat([
			how === "cut" ? bytes.subarray(0, bytes.length >> 1) : bytes,
			Buffer.from("\n"),
		]);
	});

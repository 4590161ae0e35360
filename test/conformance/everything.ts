/** What the conformance suite expects to find on a server, as data that both SDK generations register. */

const pngPixel =
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mNQaHAAAAGkAOGTLnQtAAAAAElFTkSuQmCC";
const wavSilence = "UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA==";

/** Makes a text content block. */
export const text = (value: string) => ({ type: "text" as const, text: value });

const image = { type: "image" as const, data: pngPixel, mimeType: "image/png" };
const audio = { type: "audio" as const, data: wavSilence, mimeType: "audio/wav" };
const resource = (uri: string, mimeType: string, value: string) => ({
	type: "resource" as const,
	resource: { uri, mimeType, text: value },
});

/** Tools without arguments whose result never changes; the first is the one the suite calls blindly. */
export const staticTools = [
	{ name: "test_simple_text", content: [text("Plain text from a tool.")] },
	{ name: "test_image_content", content: [image] },
	{ name: "test_audio_content", content: [audio] },
	{
		name: "test_embedded_resource",
		content: [resource("test://embedded-resource", "text/plain", "Text inside a resource.")],
	},
	{
		name: "test_multiple_content_types",
		content: [
			text("Three kinds of content:"),
			image,
			resource("test://mixed-content-resource", "application/json", '{"answer":42}'),
		],
	},
];

/** Resources by URI, with the contents a read returns. */
export const staticResources = [
	{
		name: "static-text",
		uri: "test://static-text",
		mimeType: "text/plain",
		contents: { text: "Text of a resource that never changes." },
	},
	{
		name: "static-binary",
		uri: "test://static-binary",
		mimeType: "image/png",
		contents: { blob: pngPixel },
	},
	{
		name: "watched-resource",
		uri: "test://watched-resource",
		mimeType: "text/plain",
		contents: { text: "Text of a resource that can be subscribed to." },
	},
];

/** The URI template the suite reads with an id filled in. */
export const templateUri = "test://template/{id}/data";

/** Answers a read of {@link templateUri}. */
export const templateContents = (uri: string, id: string) => ({
	contents: [{ uri, mimeType: "application/json", text: JSON.stringify({ id }) }],
});

const userMessage = <T>(content: T) => ({ role: "user" as const, content });

/** Prompt messages by prompt name. */
export const prompts = {
	test_simple_prompt: () => [userMessage(text("A prompt without arguments."))],
	test_prompt_with_arguments: (first: string, second: string) => [
		userMessage(text(`First is ${first}, second is ${second}.`)),
	],
	test_prompt_with_embedded_resource: (uri: string) => [
		userMessage(resource(uri, "text/plain", "Text the prompt brings along.")),
		userMessage(text("Read the resource above.")),
	],
	test_prompt_with_image: () => [
		userMessage(image),
		userMessage(text("Describe the image above.")),
	],
};

/** Form schema with one default per primitive type (SEP-1034). */
export const defaultsForm = {
	type: "object" as const,
	properties: {
		name: { type: "string" as const, default: "John Doe" },
		age: { type: "integer" as const, default: 30 },
		score: { type: "number" as const, default: 95.5 },
		status: {
			type: "string" as const,
			enum: ["active", "inactive", "pending"],
			default: "active",
		},
		verified: { type: "boolean" as const, default: true },
	},
};

const titled = (count: number) =>
	Array.from({ length: count }, (_, index) => ({
		const: `value${index + 1}`,
		title: `Value number ${index + 1}`,
	}));

/** Form schema with the five ways of writing an enumeration (SEP-1330). */
export const enumsForm = {
	type: "object" as const,
	properties: {
		untitledSingle: { type: "string" as const, enum: ["option1", "option2", "option3"] },
		titledSingle: { type: "string" as const, oneOf: titled(3) },
		legacyEnum: {
			type: "string" as const,
			enum: ["opt1", "opt2", "opt3"],
			enumNames: ["Option one", "Option two", "Option three"],
		},
		untitledMulti: {
			type: "array" as const,
			items: { type: "string" as const, enum: ["option1", "option2", "option3"] },
		},
		titledMulti: { type: "array" as const, items: { anyOf: titled(3) } },
	},
};

/** Form schema asking for one required string. */
export const stringForm = (field: string) => ({
	type: "object" as const,
	properties: { [field]: { type: "string" as const } },
	required: [field],
});

/** Form schema of the plain elicitation tool. */
export const contactForm = {
	type: "object" as const,
	properties: {
		username: { type: "string" as const, description: "A user name" },
		email: { type: "string" as const, description: "An email address" },
	},
	required: ["username", "email"],
};

/** Input schema that uses what JSON Schema 2020-12 adds (SEP-1613, SEP-2106). */
export const schema2020 = {
	$schema: "https://json-schema.org/draft/2020-12/schema",
	type: "object",
	$defs: {
		address: {
			$anchor: "addressDef",
			type: "object",
			properties: { street: { type: "string" }, city: { type: "string" } },
		},
	},
	properties: {
		name: { type: "string" },
		address: { $ref: "#/$defs/address" },
		contactMethod: { type: "string", enum: ["phone", "email"] },
		phone: { type: "string" },
		email: { type: "string" },
	},
	allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
	if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
	// oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
	then: { required: ["phone"] },
	else: { required: ["email"] },
	additionalProperties: false,
};

/** Input schema with a parameter that clients mirror into a header (SEP-2243). */
export const headerSchema = {
	type: "object",
	properties: { region: { type: "string", "x-mcp-header": "Region" } },
	required: ["region"],
};

/** Resolves after `ms`. */
export const pause = (ms: number): Promise<void> =>
	new Promise((resolve) => {
		setTimeout(resolve, ms);
	});

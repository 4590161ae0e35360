import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { envelopeOf } from "./connection.ts";

const CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
const clientOf = (name: unknown, version?: unknown) =>
	envelopeOf({ [CLIENT_INFO]: { name, version } }).client;

describe("envelopeOf", () => {
	it("gives what a client calls itself again as the same object", () => {
		const first = clientOf("desk", "1.0.0");
		expect(first).toEqual({ name: "desk", version: "1.0.0" });
		expect(clientOf("desk", "1.0.0")).toBe(first);
		expect(clientOf("desk", "1.0.1")).not.toBe(first);
		expect(clientOf("desk")).toEqual({ name: "desk" });
	});

	it("property: says of each client what it says of itself, whoever spoke before", () => {
		const name = fc.oneof(fc.constantFrom("a", "b", ""), fc.string(), fc.constant(7));
		const version = fc.oneof(fc.constantFrom("1", "", undefined), fc.string(), fc.constant(null));
		fc.assert(
			fc.property(fc.array(fc.tuple(name, version), { maxLength: 20 }), (clients) => {
				for (const [called, at] of clients) {
					const whole =
						typeof at === "string" && at !== "" ? { name: called, version: at } : { name: called };
					expect(clientOf(called, at)).toEqual(
						typeof called === "string" && called !== "" ? whole : undefined,
					);
				}
			}),
		);
	});
});

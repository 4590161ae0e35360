import fc from "fast-check";
import { BlockList, isIP } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { clientAddressReader, type TrustedHops } from "./client-address.ts";

const PROXY = { address: "10.0.0.1", port: 4711 };
const TRUSTED = ["10.0.0.0/8", "2001:db8:1::/48"];

const read = (options: TrustedHops, value: string | undefined, remote: typeof PROXY = PROXY) =>
	clientAddressReader(options)(remote, () => value);
const standard = (value: string) =>
	read({ trustedProxies: TRUSTED, forwardedHeader: "forwarded" }, value);

const came = (address: string) => ({ client_address: address, forwarded: true });

describe("[safe.trusted_hops] Forwarded (RFC 7239)", () => {
	const unmoved = { client_address: "10.0.0.1", client_port: 4711 };
	it.each<[string, object]>([
		["for=192.0.2.60;proto=http;by=203.0.113.43", came("192.0.2.60")],
		['for="192.0.2.60"', came("192.0.2.60")],
		['For="[2001:db8:cafe::17]:4711"', came("2001:db8:cafe::17")],
		['for="[2001:DB8:CAFE::17]"', came("2001:db8:cafe::17")],
		['for="192.0.2.43:47011"', came("192.0.2.43")],
		['for=192.0.2.43, for="[2001:db8:1::9]"', came("192.0.2.43")],
		["for=192.0.2.43,for=198.51.100.17", came("198.51.100.17")],
		['proto=https;by="a,b;c";for=192.0.2.43', came("192.0.2.43")],
		['for="[::ffff:192.0.2.43]:80"', came("192.0.2.43")],
		// A hop that hides who asked it ends what can be known.
		["for=_hidden", unmoved],
		['for="_SEVKISEK", for=10.0.0.2', came("10.0.0.2")],
		["for=unknown", unmoved],
		["for=192.0.2.1, for=unknown, for=10.0.0.2", came("10.0.0.2")],
		["by=203.0.113.43", unmoved],
		["", unmoved],
		['for="192.0.2.60', came("192.0.2.60")],
		// What stands in quotes is no element of its own.
		['for=203.0.113.9;by="x, for=198.51.100.1"', came("203.0.113.9")],
		// A quote that a client leaves open takes nothing of what a proxy writes behind it.
		['for=198.51.100.66;x=", for=203.0.113.9', came("203.0.113.9")],
		['for=198.51.100.66;x="\\", for=203.0.113.9', came("203.0.113.9")],
		['for=198.51.100.66;x="a, for=203.0.113.9, for=10.0.0.2', came("203.0.113.9")],
		['for=203.0.113.9;by="a\\"b,c"', came("203.0.113.9")],
		// Half an address is none.
		['for="[2001:db8::12"', unmoved],
		["for=999.1.1.1", unmoved],
		["for=192.0.2.60, evil", unmoved],
	])("%s", (value, expected) => {
		expect(standard(value)).toEqual(expected);
	});
});

describe("[safe.trusted_hops] how many hops", () => {
	it.each<[number, object]>([
		[0, { client_address: "10.0.0.1", client_port: 4711 }],
		[1, { client_address: "10.0.0.3", forwarded: true }],
		[2, { client_address: "10.0.0.2", forwarded: true }],
		[3, { client_address: "203.0.113.7", forwarded: true }],
		[4, { client_address: "198.51.100.66", forwarded: true }],
		// No more than were said.
		[9, { client_address: "198.51.100.66", forwarded: true }],
	])("%i of them", (hops, expected) => {
		const said = "198.51.100.66, 203.0.113.7, 10.0.0.2, 10.0.0.3";
		expect(read({ trustedProxies: hops }, said)).toEqual(expected);
	});

	it("takes no quote for more than a character where the header has none", () => {
		expect(read({ trustedProxies: TRUSTED }, '"198.51.100.66, 203.0.113.7')).toEqual(
			came("203.0.113.7"),
		);
	});

	it("does not take the word of a neighbour that is none", () => {
		const stranger = { address: "198.51.100.1", port: 9 };
		expect(read({ trustedProxies: TRUSTED }, "203.0.113.7", stranger)).toEqual({
			client_address: "198.51.100.1",
			client_port: 9,
		});
	});

	it("asks once whether a neighbour is trusted, forgets it after many others, and answers the same", () => {
		const check = vi.spyOn(BlockList.prototype, "check");
		const reader = clientAddressReader({ trustedProxies: ["10.0.0.0/8"] });
		const ask = (address: string) =>
			reader({ address, port: 1 }, () => "203.0.113.7").client_address;
		for (let again = 0; again < 5; again++) expect(ask("10.0.0.1")).toBe("203.0.113.7");
		const checked = check.mock.calls.map(([address]) => address);
		expect(checked).toEqual(["10.0.0.1"]);
		for (let n = 0; n < 600; n++) {
			const [trusted, stranger] = [`10.1.${n >> 8}.${n & 255}`, `192.0.${n >> 8}.${n & 255}`];
			expect(ask(trusted)).toBe("203.0.113.7");
			expect(ask(stranger)).toBe(stranger);
		}
		expect(ask("10.0.0.1")).toBe("203.0.113.7");
		// What is remembered is bounded.
		expect(check.mock.calls.filter(([address]) => address === "10.0.0.1")).toHaveLength(2);
		check.mockRestore();
	});

	it("names what is wrong in the options", () => {
		expect(() => clientAddressReader({ trustedProxies: ["10.0.0.0/40"] })).toThrow(
			/trustedProxies\[0\]/,
		);
		expect(() => clientAddressReader({ trustedProxies: 33 })).toThrow(/trustedProxies is 33/);
		expect(() => clientAddressReader({ trustedProxies: 1.5 })).toThrow(/trustedProxies is 1.5/);
	});
});

it("[safe.trusted_hops] says an address or nothing, whatever a header holds", () => {
	const header = fc.oneof(
		fc.string({ maxLength: 60 }),
		fc
			.array(
				fc.constantFrom(
					"for=",
					'"',
					",",
					";",
					"[",
					"]",
					":",
					"::1",
					"192.0.2.1",
					"%eth0",
					"_x",
					" ",
				),
				{ maxLength: 40 },
			)
			.map((parts) => parts.join("")),
	);
	fc.assert(
		fc.property(header, fc.boolean(), fc.nat(32), (value, isStandard, hops) => {
			const forwardedHeader = isStandard ? "forwarded" : "x-forwarded-for";
			const { client_address: address = "" } = read(
				{ trustedProxies: hops, forwardedHeader },
				value,
			);
			expect(isIP(address)).not.toBe(0);
		}),
		{ numRuns: 300 },
	);
});

import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTurnstile, type Turnstile } from "./turnstile.ts";

let turnstile: Turnstile;
beforeEach(async () => {
	turnstile = await openTurnstile(2);
});
afterEach(() => turnstile.close());

const arrive = () => {
	const socket = connect(turnstile.port, "127.0.0.1");
	const admitted = once(socket, "data").then(() => true);
	return { socket, admitted };
};
const soon = new Promise<false>((resolve) => {
	setTimeout(resolve, 200, false);
});

it("[transparent.conformance-gate] lets as many in as it has places, and the next when one leaves", async () => {
	const [first, second] = [arrive(), arrive()];
	await Promise.all([first.admitted, second.admitted]);
	const third = arrive();
	expect(await Promise.race([third.admitted, soon])).toBe(false);
	first.socket.destroy();
	expect(await third.admitted).toBe(true);
	second.socket.destroy();
	third.socket.destroy();
});

it("[transparent.conformance-gate] forgets who gives up waiting", async () => {
	const [first, second] = [arrive(), arrive()];
	await Promise.all([first.admitted, second.admitted]);
	const impatient = connect(turnstile.port, "127.0.0.1");
	await once(impatient, "connect");
	impatient.destroy();
	const third = arrive();
	second.socket.destroy();
	expect(await third.admitted).toBe(true);
	first.socket.destroy();
	third.socket.destroy();
});

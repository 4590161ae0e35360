import { createHmac, timingSafeEqual } from "node:crypto";
import { scripted } from "../../http/testing/scripted.ts";

/** What the receiver checks signatures with. */
export const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** A receiver that trusts nothing: checks signature and age as Standard Webhooks says, written without the sink's code. */
export async function receiver() {
	const received: { readonly id: string; readonly body: string }[] = [];
	const destination = await scripted(({ headers, body }, poison) => {
		const id = String(headers["webhook-id"]);
		const timestamp = String(headers["webhook-timestamp"]);
		const expected = createHmac("sha256", Buffer.from(secret.slice(6), "base64"))
			.update(`${id}.${timestamp}.${body.toString()}`)
			.digest();
		const signed = String(headers["webhook-signature"])
			.split(" ")
			.some((one) => {
				const given = Buffer.from(one.replace("v1,", ""), "base64");
				return given.length === expected.length && timingSafeEqual(given, expected);
			});
		if (!signed) return { status: 401 };
		if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return { status: 400 };
		if (poison.has(id)) return { status: 422 };
		received.push({ id, body: body.toString() });
		return { status: 204 };
	});
	return {
		...destination,
		received,
		ids: () =>
			received.filter(({ body }) => !body.includes("ext.mcp-trail.probe")).map(({ id }) => id),
	};
}

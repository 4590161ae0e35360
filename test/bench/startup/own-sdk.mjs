// What an application does that starts OpenTelemetry itself: node --import own-sdk.mjs app.js
import { NodeSDK } from "@opentelemetry/sdk-node";

new NodeSDK({ serviceName: "startup" }).start();

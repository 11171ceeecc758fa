import { systemClock } from "@pos/service-kit/clock";
import { connectDatabase } from "@pos/service-kit/database";
import { silentLogger } from "@pos/testing/logger";
import { ObjectId } from "mongodb";
import { FlusherRepository } from "../reservations/flusher-repository.ts";

// A process like the service that is inside a batch: it says so and waits to be killed.
const [uri = "", productId = ""] = process.argv.slice(2);
const database = await connectDatabase(uri, { clock: systemClock, logger: silentLogger });
const session = database.client.startSession({ causalConsistency: false });
await new FlusherRepository(database).beat("killed", {
  batches: session.id?.id.toUUID().toHexString() ?? "",
  adjustments: [],
});
session.startTransaction({ readConcern: { level: "snapshot" }, writeConcern: { w: "majority" } });
await database.db
  .collection("products")
  .updateOne({ _id: new ObjectId(productId) }, { $inc: { stock: -3 } }, { session });
console.log("open");
await new Promise(() => setInterval(() => undefined, 1000));

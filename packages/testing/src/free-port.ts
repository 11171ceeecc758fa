export { freePort } from "@pos/local-mongodb/free-port";

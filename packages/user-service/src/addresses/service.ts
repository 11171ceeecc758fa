import { type Address, ADDRESSES_MAX, type AddressList, type WriteAddress } from "@pos/contracts/addresses";
import { AppError, notFound } from "@pos/service-kit/app-error";
import type { Clock } from "@pos/service-kit/clock";
import { inTime } from "../in-time.ts";
import { toAddress } from "./domain.ts";
import type { AddressChange, AddressRepository } from "./repository.ts";

/** The address book of each user: at most 50 addresses, at most one of them the default. A change takes 4 s at most. */
export class AddressService {
  readonly #addresses: AddressRepository;
  readonly #clock: Clock;

  constructor(tools: { addresses: AddressRepository; clock: Clock }) {
    this.#addresses = tools.addresses;
    this.#clock = tools.clock;
  }

  /** @throws {AppError} NOT_FOUND */
  async list(userId: string): Promise<AddressList> {
    return { addresses: (await this.#ofUser(userId)).map(toAddress) };
  }

  /** @throws {AppError} NOT_FOUND, SERVICE_UNAVAILABLE; CONFLICT beyond 50 */
  async create(userId: string, address: WriteAddress): Promise<Address> {
    const change = this.#changeOf(address);
    const added = await inTime(() => this.#addresses.add(userId, change, ADDRESSES_MAX));
    if (added !== undefined) return toAddress(added);
    await this.#ofUser(userId);
    throw new AppError("CONFLICT", `A user has at most ${ADDRESSES_MAX} addresses.`, {
      details: { most: ADDRESSES_MAX },
    });
  }

  /** Replaces the whole address. @throws {AppError} NOT_FOUND, SERVICE_UNAVAILABLE */
  async replace(userId: string, id: string, address: WriteAddress): Promise<Address> {
    const change = this.#changeOf(address);
    const replaced = await inTime(() => this.#addresses.replace(userId, id, change));
    if (replaced === undefined) throw notFound("address", id);
    return toAddress(replaced);
  }

  /** @throws {AppError} NOT_FOUND, SERVICE_UNAVAILABLE */
  async delete(userId: string, id: string): Promise<void> {
    const isRemoved = await inTime(() => this.#addresses.remove(userId, id));
    if (!isRemoved) throw notFound("address", id);
  }

  async #ofUser(userId: string) {
    const addresses = await this.#addresses.list(userId);
    if (addresses === undefined) throw notFound("user", userId);
    return addresses;
  }

  #changeOf({ isDefault, ...fields }: WriteAddress): AddressChange {
    return { fields, isDefault, now: new Date(this.#clock.now()) };
  }
}

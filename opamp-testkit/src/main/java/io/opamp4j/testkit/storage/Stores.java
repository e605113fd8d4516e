package io.opamp4j.testkit.storage;

import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Storage;

/**
 * Everything one opened backend offers.
 *
 * @param storage its health and its end
 * @param agents the agents
 * @param documents the documents
 * @param blobs the blobs
 * @param changes the feed of the documents' changes
 */
public record Stores(
    Storage storage,
    AgentStore agents,
    DocumentStore documents,
    BlobStore blobs,
    ChangeFeed changes) {}

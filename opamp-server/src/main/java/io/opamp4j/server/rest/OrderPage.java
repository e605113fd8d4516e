package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.agents.Order;
import io.opamp4j.storage.Page;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of an agent's orders. */
@Schema(description = "Orders in ascending order of id, which for most is the order of time")
record OrderPage(
    @Schema(requiredMode = REQUIRED) List<OrderDetail> items,
    @Schema(description = "Give it as cursor to get the next page; left out on the last")
        @Nullable String nextCursor) {

  static OrderPage of(Page<Order> page) {
    List<Order> orders = page.items();
    return new OrderPage(
        orders.stream().map(OrderDetail::of).toList(),
        page.more() && !orders.isEmpty() ? orders.get(orders.size() - 1).id() : null);
  }
}

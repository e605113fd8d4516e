package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.Order;
import io.opamp4j.server.agents.OrderDesk;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an agent is to be sent once. */
@Path(Api.ROOT + "/agents/{uid}/orders")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "orders", description = "What an agent is to be sent once")
@AnswersProblems
public final class OrdersResource {
  static final String KEY_HEADER = "Idempotency-Key";

  private final OrderDesk desk;
  private final AgentDirectory directory;

  @Inject
  OrdersResource(OrderDesk desk, AgentDirectory directory) {
    this.desk = desk;
    this.directory = directory;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "createOrder",
      summary = "Order a restart or a custom message",
      description =
          "It waits until the agent is connected and takes it, and is sent at most once. An agent"
              + " that does not take it now may later; until then it waits, and expires in time.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = KEY_HEADER,
      description = "Names the order: sent again, the same request is the same order",
      schema = @Schema(type = "string", maxLength = 255))
  @ApiResponse(
      responseCode = "200",
      description = "The order that this key made before",
      content = @Content(schema = @Schema(implementation = OrderDetail.class)))
  @ApiResponse(
      responseCode = "201",
      description = "Ordered",
      headers =
          @Header(name = "Location", description = "Its path", schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = OrderDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The body, the uid or the key is wrong; errors names every problem",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "409",
      description = "The key made another order before",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "413",
      description = "The body is too large",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "415",
      description = "The body is not JSON",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "429",
      description = "Too many orders wait for this agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response create(
      @PathParam("uid")
          @Parameter(
              description = "The agent's instance uid",
              schema = @Schema(type = "string", format = "uuid"))
          String uid,
      @RequestBody(required = true) OrderInput input,
      @Context HttpHeaders headers) {
    InstanceUid agent = known(uid);
    OrderDesk.Created created =
        desk.create(agent, input.draft(headers.getHeaderString(KEY_HEADER)));
    Response.ResponseBuilder answer =
        created.isNew() ? Response.created(location(created.order())) : Response.ok();
    return answer.entity(OrderDetail.of(created.order())).build();
  }

  @GET
  @Operation(
      operationId = "listOrders",
      summary = "List an agent's orders",
      description = "Those that are finished are shown for a day.")
  @ApiResponse(
      responseCode = "200",
      description = "One page",
      content = @Content(schema = @Schema(implementation = OrderPage.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The uid or a parameter is wrong",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public OrderPage list(
      @PathParam("uid")
          @Parameter(
              description = "The agent's instance uid",
              schema = @Schema(type = "string", format = "uuid"))
          String uid,
      @QueryParam("limit")
          @Parameter(
              description = "The most items to return",
              schema =
                  @Schema(type = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
          @Nullable String limit,
      @QueryParam("cursor") @Parameter(description = "nextCursor of the page before")
          @Nullable String cursor) {
    int most = Paging.limit(limit);
    if (cursor != null && !OrderDesk.isId(cursor)) {
      throw ProblemException.invalid("cursor", "must be the nextCursor of the page before");
    }
    return OrderPage.of(desk.list(known(uid), Optional.ofNullable(cursor), most));
  }

  @GET
  @Path("{order}")
  @Operation(operationId = "getOrder", summary = "Read an order")
  @ApiResponse(
      responseCode = "200",
      description = "The order",
      content = @Content(schema = @Schema(implementation = OrderDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The uid is malformed",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent or order",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public OrderDetail get(
      @PathParam("uid")
          @Parameter(
              description = "The agent's instance uid",
              schema = @Schema(type = "string", format = "uuid"))
          String uid,
      @PathParam("order") @Parameter(description = "The id of the order") String order) {
    return desk.find(known(uid), order).map(OrderDetail::of).orElseThrow(() -> absent(order));
  }

  @DELETE
  @Path("{order}")
  @Operation(operationId = "cancelOrder", summary = "Take an order back")
  @ApiResponse(responseCode = "204", description = "It will not be sent")
  @ApiResponse(
      responseCode = "400",
      description = "The uid is malformed",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent or order",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "409",
      description = "It was sent or given up before",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response cancel(
      @PathParam("uid")
          @Parameter(
              description = "The agent's instance uid",
              schema = @Schema(type = "string", format = "uuid"))
          String uid,
      @PathParam("order") @Parameter(description = "The id of the order") String order) {
    if (!desk.cancel(known(uid), order)) {
      throw absent(order);
    }
    return Response.noContent().build();
  }

  private InstanceUid known(String uid) {
    InstanceUid agent = AgentsResource.parse(uid);
    if (directory.find(agent).isEmpty()) {
      throw AgentsResource.absent(agent);
    }
    return agent;
  }

  private static ProblemException absent(String order) {
    return new ProblemException(Problem.notFound("there is no order " + order));
  }

  private static URI location(Order order) {
    return UriBuilder.fromPath(Api.ROOT)
        .path("agents")
        .path(order.agent().toString())
        .path("orders")
        .path(order.id())
        .build();
  }
}

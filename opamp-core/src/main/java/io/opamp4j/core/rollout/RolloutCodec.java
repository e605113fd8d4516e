package io.opamp4j.core.rollout;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.FailureDocument;
import io.opamp4j.proto.PacingDocument;
import io.opamp4j.proto.RolloutDocument;
import io.opamp4j.proto.RolloutPlanDocument;
import io.opamp4j.proto.StageDocument;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A {@link RolloutState} as bytes and back. */
public final class RolloutCodec {
  private static final int FORMAT = 1;

  private RolloutCodec() {}

  /** The bytes to keep. */
  public static ByteString encode(RolloutState state) {
    Front front = state.front();
    RolloutDocument.Builder out =
        RolloutDocument.newBuilder()
            .setFormat(FORMAT)
            .setTarget(state.target())
            .setSalt(state.salt())
            .setPlan(plan(state.plan()))
            .setPhase(state.phase().name())
            .setReason(state.standing().reason())
            .setSince(nanos(state.standing().since()))
            .setStage(front.stage())
            .addAllCuts(front.cuts())
            .setStepFrom(front.stepFrom())
            .setSteps(front.steps())
            .setStepAt(nanos(front.stepAt()))
            .setGiven(front.given())
            .setForgiven(state.faults().forgiven())
            .addAllRetrying(uids(state.faults().retrying()))
            .addAllKept(uids(state.kept()));
    addFailures(out, state.faults().failures());
    return out.build().toByteString();
  }

  /**
   * Reads them back.
   *
   * @throws IllegalArgumentException if they are no rollout, or from a newer version of this
   *     program
   */
  public static RolloutState decode(ByteString bytes) {
    RolloutDocument in;
    try {
      in = RolloutDocument.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a rollout: " + e.getMessage(), e);
    }
    if (in.getFormat() != FORMAT) {
      throw new IllegalArgumentException(
          "a rollout in format %d, which this version does not know"
              .formatted(Integer.toUnsignedLong(in.getFormat())));
    }
    return new RolloutState(
        in.getTarget(),
        in.getSalt(),
        plan(in.getPlan()),
        new Standing(RolloutPhase.valueOf(in.getPhase()), in.getReason(), instant(in.getSince())),
        new Front(
            in.getStage(),
            in.getCutsList(),
            in.getStepFrom(),
            in.getSteps(),
            instant(in.getStepAt()),
            in.getGiven()),
        new Faults(failures(in), in.getForgiven(), uids(in.getRetryingList())),
        uids(in.getKeptList()));
  }

  private static RolloutPlanDocument plan(RolloutPlan plan) {
    RolloutPlanDocument.Builder out =
        RolloutPlanDocument.newBuilder()
            .setHealthGate(plan.healthGate().toNanos())
            .setResultDeadline(plan.resultDeadline().toNanos())
            .setErrorUnit(plan.errorLimit().unit().name())
            .setErrorLimit(plan.errorLimit().value())
            .setRollBack(pacing(plan.rollBack()));
    for (Stage stage : plan.stages()) {
      out.addStages(
          StageDocument.newBuilder().setName(stage.name()).setPacing(pacing(stage.pacing())));
    }
    return out.build();
  }

  private static RolloutPlan plan(RolloutPlanDocument in) {
    return new RolloutPlan(
        in.getStagesList().stream()
            .map(stage -> new Stage(stage.getName(), pacing(stage.getPacing())))
            .toList(),
        Duration.ofNanos(in.getHealthGate()),
        Duration.ofNanos(in.getResultDeadline()),
        new ErrorLimit(ErrorLimit.Unit.valueOf(in.getErrorUnit()), in.getErrorLimit()),
        pacing(in.getRollBack()));
  }

  private static PacingDocument pacing(Pacing pacing) {
    return PacingDocument.newBuilder()
        .setFirst(pacing.first())
        .setFactor(pacing.factor())
        .setMost(pacing.most())
        .setInterval(pacing.interval().toNanos())
        .build();
  }

  private static Pacing pacing(PacingDocument in) {
    return new Pacing(
        in.getFirst(), in.getFactor(), in.getMost(), Duration.ofNanos(in.getInterval()));
  }

  private static void addFailures(RolloutDocument.Builder out, Map<InstanceUid, Failure> failures) {
    Map<String, Integer> texts = new LinkedHashMap<>();
    failures.forEach(
        (uid, failure) -> {
          texts.putIfAbsent(failure.text(), texts.size());
          out.addFailures(
              FailureDocument.newBuilder()
                  .setUid(uid.toBytes())
                  .setKind(failure.kind().name())
                  .setAt(nanos(failure.at()))
                  .setText(texts.getOrDefault(failure.text(), 0)));
        });
    out.addAllTexts(texts.keySet());
  }

  private static Map<InstanceUid, Failure> failures(RolloutDocument in) {
    Map<InstanceUid, Failure> failures = new LinkedHashMap<>();
    for (FailureDocument each : in.getFailuresList()) {
      if (each.getText() < 0 || each.getText() >= in.getTextsCount()) {
        throw new IllegalArgumentException("a failure without its text: " + each.getText());
      }
      failures.put(
          uid(each.getUid()),
          new Failure(
              Failure.Kind.valueOf(each.getKind()),
              instant(each.getAt()),
              in.getTexts(each.getText())));
    }
    return failures;
  }

  private static List<ByteString> uids(Set<InstanceUid> uids) {
    return uids.stream().sorted().map(InstanceUid::toBytes).toList();
  }

  private static Set<InstanceUid> uids(List<ByteString> bytes) {
    return bytes.stream().map(RolloutCodec::uid).collect(Collectors.toSet());
  }

  private static InstanceUid uid(ByteString bytes) {
    return InstanceUid.from(bytes)
        .orElseThrow(
            () -> new IllegalArgumentException("a uid of " + bytes.size() + " bytes in a rollout"));
  }

  private static long nanos(Instant time) {
    return ChronoUnit.NANOS.between(Instant.EPOCH, time);
  }

  private static Instant instant(long nanos) {
    return Instant.EPOCH.plusNanos(nanos);
  }
}

package io.opamp4j.server.rest;

import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Refuses query parameters that a resource method does not declare: a misspelt filter must not
 * quietly list everything.
 */
final class KnownParameters implements DynamicFeature {

  @Override
  public void configure(ResourceInfo resource, FeatureContext context) {
    context.register(new Filter(declared(resource.getResourceMethod())));
  }

  private static Set<String> declared(Method method) {
    Set<String> names = new TreeSet<>();
    for (Parameter parameter : method.getParameters()) {
      add(parameter, names);
      if (parameter.isAnnotationPresent(BeanParam.class)) {
        for (Field field : parameter.getType().getDeclaredFields()) {
          add(field, names);
        }
      }
    }
    return names;
  }

  private static void add(AnnotatedElement element, Set<String> names) {
    QueryParam declared = element.getAnnotation(QueryParam.class);
    if (declared != null) {
      names.add(declared.value());
    }
  }

  private record Filter(Set<String> known) implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext request) {
      String message =
          known.isEmpty()
              ? "is not known; there are no query parameters here"
              : "is not known; known are " + String.join(", ", known);
      List<FieldError> errors =
          request.getUriInfo().getQueryParameters().keySet().stream()
              .filter(name -> !known.contains(name))
              .sorted()
              .map(name -> new FieldError(name, message))
              .toList();
      if (!errors.isEmpty()) {
        throw new ProblemException(
            Problem.invalidRequest("there are unknown query parameters", errors));
      }
    }
  }
}

# Renders templates with the reference implementation of Liquid: for each line of JSON, `{"template": …, "context": …}`, one of JSON:
# `{"said": …}` or `{"error": …}`.
require "json"
require "liquid"

ENV["TZ"] = "UTC"

# Shopify's `blank` asks what Rails defines.
class Object
  def blank?
    respond_to?(:empty?) ? empty? : !self
  end
end

class String
  def blank?
    strip.empty?
  end
end

STDIN.each_line do |line|
  test = JSON.parse(line)
  begin
    template = Liquid::Template.parse(test["template"], error_mode: :strict)
    said = template.render(test["context"])
    answer = template.errors.empty? ? { said: said } : { error: template.errors.join("; ") }
  rescue Liquid::Error => error
    answer = { error: error.message }
  end
  puts JSON.generate(answer)
end
